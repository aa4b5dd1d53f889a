#!lua
-- Changes that a sink took: they are done, and what it did with their prices is compared.
--
-- KEYS     1 changes stream   2 sink:<name> hash   3 sink:<name>:attempts hash
--          4 sinks:registered set   5 sinks:removed set   6 sinks:parity hash   7 sinks:parity:counts hash
-- ARGV     1 name   2.. of each entry: id, how many prices, of each of them sku, revision, outcome
-- RETURNS  how many of them were open
-- WRITES   the group, and of sink:<name> delivered, lastDeliveredAtMs; the attempts; 6, 7 (compare-sinks.lua)
-- ATOMIC   each is counted and compared once, though a crash may deliver it twice

--- @include "clock"
--- @include "integer"
--- @include "compare-sinks"

if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then return 0 end
local now_ms = int(math.floor(now_us() / 1000))
local note = comparison(KEYS[4], KEYS[5], KEYS[6], KEYS[7], ARGV[1], now_ms)
local acknowledged, i = 0, 2
while ARGV[i] do
  local id, notes_end = ARGV[i], i + 1 + 3 * tonumber(ARGV[i + 1])
  redis.call('HDEL', KEYS[3], id)
  if redis.call('XACK', KEYS[1], ARGV[1], id) == 1 then
    acknowledged = acknowledged + 1
    if note then
      for j = i + 2, notes_end, 3 do note(ARGV[j], ARGV[j + 1], ARGV[j + 2], false) end
    end
  end
  i = notes_end + 1
end
if acknowledged > 0 then
  redis.call('HINCRBY', KEYS[2], 'delivered', acknowledged)
  redis.call('HSET', KEYS[2], 'lastDeliveredAtMs', now_ms)
end
return acknowledged
