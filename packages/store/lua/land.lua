#!lua
-- Rows of a hidden batch have had their run: those that are settled are no longer in flight, and what moved meanwhile may be taken.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low zset  5 dirty:calm zset  6 dirty:in-flight hash  7 batch:<id>:settled bitmap
-- ARGV     1 batch id  then 2 a row: SKU, ordinal
-- RETURNS  how many were in flight until now
-- WRITES   dirty:in-flight, the dirty sets
-- ATOMIC   a SKU that is marked between the two steps would wait for a run that is over

--- @include "clock"

local now_ms = math.floor(now_us() / 1000)
local landed = 0
for i = 2, #ARGV, 2 do
  local sku, ordinal = ARGV[i], ARGV[i + 1]
  local row = string.match(redis.call('HGET', KEYS[6], sku) or '', '^%d (%S+) %d+$')
  if row == ARGV[1] .. '.' .. ordinal and redis.call('GETBIT', KEYS[7], ordinal) == 1 then
    redis.call('HDEL', KEYS[6], sku)
    landed = landed + 1
    local earliest = math.max(now_ms, tonumber(redis.call('ZSCORE', KEYS[5], sku) or 0))
    for set = 1, 4 do
      local due = tonumber(redis.call('ZSCORE', KEYS[set], sku))
      if due and due > earliest then redis.call('ZADD', KEYS[set], string.format('%.0f', earliest), sku) end
    end
  end
end
return landed
