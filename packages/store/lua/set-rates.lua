#!lua
-- Puts a table of exchange rates in place of the one that was set before, unless that is newer.
--
-- KEYS     1 rates hash
-- ARGV     1 its date, YYYY-MM-DD  2 the table as JSON  3 who sets it  4 now, ms  5 1 = also in place of a newer one
-- RETURNS  '' set; else the date of the newer one: nothing was done
-- WRITES   rates, no TTL
-- ATOMIC   of two tables that are set at the same time the newer must stay

local there = redis.call('HGET', KEYS[1], 'date')
if there and there > ARGV[1] and ARGV[5] ~= '1' then return there end
redis.call('HSET', KEYS[1], 'date', ARGV[1], 'table', ARGV[2], 'by', ARGV[3], 'setAtMs', ARGV[4])
return ''
