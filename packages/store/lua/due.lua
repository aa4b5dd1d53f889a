#!lua
-- Tells which dirty SKUs are due, the most urgent first, those that wait longest first.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low  zset sku -> when it is due, ms
--          5    dirty:calm  zset sku -> until when it is not taken again, ms
-- ARGV     1 how many of each at most
-- RETURNS  now, ms; then one list of SKUs a priority
-- WRITES   dirty:calm (entries that mean nothing any more go)
-- ATOMIC   a read, but for what is over in any case

--- @include "clock"

local now_ms = string.format('%.0f', math.floor(now_us() / 1000))
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', '(' .. now_ms)
local reply = { now_ms }
for i = 1, 4 do reply[1 + i] = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now_ms, 'LIMIT', 0, ARGV[1]) end
return reply
