#!lua
-- Settles rows of a batch as held: their prices wait for a person.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failed  6 :rejections  7 :trial
--          8 held zset sku -> when it was held, ms   9 routes hash   10.. held:<sku> string, one a row
-- ARGV     1 batch id  2 now, ms  3 channel  4 the canary that answered ('' = none did)  then 3 a row: ordinal, sku, what is held as JSON (held.ts)
-- RETURNS  how many rows were settled now; rows settled before are left as they are; 0 when the batch no longer runs;
--          -1 when the canary that answered no longer stands: nothing was done
-- WRITES   settled, the counter `held`; of a live batch held and held:<sku> (30 days), where the newest suggestion replaces an older one
-- ATOMIC   the bit and the counter must agree at every poll, and a held row that nobody can find would never be decided

--- @include "canary-stands"
--- @include "finish-batch"

local HELD_TTL_SECONDS = 30 * 24 * 3600

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode')
if batch[1] ~= 'running' then return 0 end
if not canary_stands(KEYS[9], ARGV[4]) then return -1 end
local held = 0
for i = 5, #ARGV, 3 do
  if redis.call('SETBIT', KEYS[3], ARGV[i], 1) == 0 then
    held = held + 1
    if batch[2] ~= 'dry-run' then
      redis.call('SET', KEYS[10 + (i - 5) / 3], ARGV[i + 2], 'EX', HELD_TTL_SECONDS)
      redis.call('ZADD', KEYS[8], ARGV[2], ARGV[i + 1])
    end
  end
end
if held > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[8], '-inf', ARGV[2] - HELD_TTL_SECONDS * 1000)
  redis.call('HINCRBY', KEYS[1], 'held', held)
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return held
