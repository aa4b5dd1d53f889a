#!lua
-- Puts rows of a hidden batch back into the dirty set, as urgent as they were: nobody prices them while a feed is behind.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low zset  5 dirty:calm zset  6 dirty:in-flight hash
--          7 batch:<id> hash, then its parts: 8 :packs  9 :settled bitmap  10 :results list  11 :failed  12 :rejections  13 :trial
-- ARGV     1 batch id  2 now, ms  3 channel  4 number of its priority, 1 = critical   then 2 a row: SKU, ordinal
-- RETURNS  how many were put back; a row that is settled stays as it is
-- WRITES   the dirty sets, dirty:in-flight, settled, the counter `unchanged`, and what finish-batch.lua writes
-- ATOMIC   a SKU must be in the dirty set or in a pack, whoever dies

--- @include "clock"
--- @include "mark-dirty"
--- @include "finish-batch"

if redis.call('HGET', KEYS[7], 'status') ~= 'running' then return 0 end
local now_ms = math.floor(now_us() / 1000)
local sets, urgency, back = { KEYS[1], KEYS[2], KEYS[3], KEYS[4] }, tonumber(ARGV[4]), 0
for i = 5, #ARGV, 2 do
  local sku, ordinal = ARGV[i], ARGV[i + 1]
  if redis.call('SETBIT', KEYS[9], ordinal, 1) == 0 then
    local row = string.match(redis.call('HGET', KEYS[6], sku) or '', '^%d (%S+) %d+$')
    if row == ARGV[1] .. '.' .. ordinal then redis.call('HDEL', KEYS[6], sku) end
    mark_dirty(sets, KEYS[5], sku, urgency, now_ms)
    back = back + 1
  end
end
if back > 0 then
  redis.call('HINCRBY', KEYS[7], 'unchanged', back)
  local parts = { KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13] }
  finish_batch(KEYS[7], parts, ARGV[2], ARGV[3], ARGV[1])
end
return back
