#!lua
-- Keeps the page of a resync that is about to be delivered, so that it is the same page after a crash.
--
-- KEYS     1 sink:<name>:lease string   2 sink:<name> hash   3 sink:<name>:page string
-- ARGV     1 process id   2 id of the resync   3 page as JSON
-- RETURNS  1 kept; 0 another process delivers, the resync is over, or a page is there already: nothing was done
-- WRITES   the page, no TTL
-- ATOMIC   two processes must not give one id to two pages

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[2], 'resync') ~= ARGV[2] then return 0 end
return redis.call('SETNX', KEYS[3], ARGV[3])
