#!lua
-- Settles rows of a batch as failed, each with its reason, and lists their job among the failed ones.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failed hash  6 :rejections  7 :trial
--          8 failed-jobs hash  9 failed-jobs:at zset  10 failed-jobs:reasons hash
-- ARGV     1 batch id  2 now, ms  3 channel  4 job id  5 entry of the job (failed-jobs.ts)
--          then 2 a row: ordinal, failure as JSON
-- RETURNS  how many rows were settled now; rows settled before are left as they are, and if all were, nothing is done
-- WRITES   settled, failed, the counter `failed`; failed-jobs, failed-jobs:at, failed-jobs:reasons (30 days, prune-failed.lua)
-- ATOMIC   the bit and the counter must agree at every poll, and a failed row without its job in the index could never be replayed

--- @include "finish-batch"
--- @include "failed-index"

if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
local failed = 0
for i = 6, #ARGV, 2 do
  if redis.call('SETBIT', KEYS[3], ARGV[i], 1) == 0 then
    redis.call('HSET', KEYS[5], ARGV[i], ARGV[4] .. '\t' .. ARGV[i + 1])
    failed = failed + 1
  end
end
if failed > 0 then
  redis.call('HINCRBY', KEYS[1], 'failed', failed)
  failed_put({ KEYS[8], KEYS[9], KEYS[10] }, ARGV[4], ARGV[5])
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return failed
