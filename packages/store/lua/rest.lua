#!lua
-- Rests all calls of all workers for some time; never shortens a rest that is already longer.
--
-- KEYS     1 rate hash (restUntilMs)
-- ARGV     1 ms to rest
-- RETURNS  ms that the rest now lasts
-- WRITES   rate (TTL 1 day)
-- ATOMIC   the longer of two rests must win

--- @include "integer"
--- @include "clock"

local now_ms = math.floor(now_us() / 1000)
local was = tonumber(redis.call('HGET', KEYS[1], 'restUntilMs')) or 0
local till = math.max(was, now_ms + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'restUntilMs', int(till))
redis.call('EXPIRE', KEYS[1], 24 * 3600)
return till - now_ms
