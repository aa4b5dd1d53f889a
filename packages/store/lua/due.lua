#!lua flags=no-writes
-- Tells which dirty SKUs are due, the most urgent first, those that wait longest first.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low  zset sku -> when it is due, ms
-- ARGV     1 how many of each at most
-- RETURNS  now, ms; then one list of SKUs a priority
-- ATOMIC   a SKU that is raised between two reads would be told twice, or not at all

--- @include "clock"

local now_ms = string.format('%.0f', math.floor(now_us() / 1000))
local reply = { now_ms }
for i = 1, 4 do reply[1 + i] = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now_ms, 'LIMIT', 0, ARGV[1]) end
return reply
