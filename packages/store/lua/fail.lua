#!lua
-- Settles rows of a batch as failed, each with its reason.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failures list  6 :rejections  7 :trial
-- ARGV     1 batch id  2 now, ms  3 channel, then 2 a row: ordinal, failure as JSON
-- RETURNS  how many rows were settled now; rows settled before are left as they are
-- WRITES   settled, failures, the counter `failed`
-- ATOMIC   the bit and the counter must agree at every poll

--- @include "finish-batch"

if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
local failed = 0
for i = 4, #ARGV, 2 do
  if redis.call('SETBIT', KEYS[3], ARGV[i], 1) == 0 then
    redis.call('RPUSH', KEYS[5], ARGV[i + 1])
    failed = failed + 1
  end
end
if failed > 0 then
  redis.call('HINCRBY', KEYS[1], 'failed', failed)
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return failed
