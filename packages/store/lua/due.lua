#!lua flags=no-writes
-- Tells which dirty SKUs are due, the most urgent first, those that wait longest first.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low  zset sku -> when it is due, ms   5 feeds:in-sync hash
-- ARGV     1 how many of each at most
-- RETURNS  now, ms; '1' a feed is behind, '' not; then one list of SKUs a priority, all empty while a feed is behind
-- ATOMIC   a SKU that is raised between two reads would be told twice, or not at all

--- @include "feeds-behind"

local now_ms = string.format('%.0f', math.floor(now_us() / 1000))
if feeds_behind(KEYS[5]) then return { now_ms, '1', {}, {}, {}, {} } end
local reply = { now_ms, '' }
for i = 1, 4 do reply[2 + i] = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now_ms, 'LIMIT', 0, ARGV[1]) end
return reply
