#!lua
-- Takes a failed job back: its failed rows wait again, and the intent to put it into the queue is kept until that is done.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failed hash  6 :rejections  7 :trial
--          8 failed-jobs hash  9 failed-jobs:at zset  10 failed-jobs:reasons hash  11 replaying hash
--          12 batches:under-way set
-- ARGV     1 now, ms  2 job id  3 the job's entry as the caller read it  4 field and 5 value of its intent  6 batch id, then the ordinals
--          of its rows
-- RETURNS  how many rows wait again; 0 the entry is no longer that one: another took the job back, or it failed anew (nothing done);
--          -1 nothing of it can run: its batch is gone or cancelled, or none of its rows failed by it (the entry goes)
-- WRITES   settled, failed, status, finishedAtMs, resumedAtMs, resumedSettled and the counter `failed` of the batch; takes the TTL of a
--          batch that was done away; failed-jobs, failed-jobs:at, failed-jobs:reasons; replaying (no TTL: until the job is in the queue);
--          batches:under-way
-- ATOMIC   of many replays of one job at once one may win, and a row must not wait without a job that will come

--- @include "failed-index"

if redis.call('HGET', KEYS[8], ARGV[2]) ~= ARGV[3] then return 0 end
local batch = redis.call('HMGET', KEYS[1], 'status', 'resumedSettled', 'unchanged', 'priced', 'held', 'failed', 'kind')
local open = batch[1] == 'running' or batch[1] == 'done'
local by_job, failed = ARGV[2] .. '\t', {}
for i = 7, open and #ARGV or 0 do
  local failure = redis.call('HGET', KEYS[5], ARGV[i])
  -- A row that is priced, or that failed in another job, is none of this one's business.
  if failure and string.sub(failure, 1, #by_job) == by_job then failed[#failed + 1] = ARGV[i] end
end

failed_drop({ KEYS[8], KEYS[9], KEYS[10] }, ARGV[2], ARGV[3])
if #failed == 0 then return -1 end
for _, ordinal in ipairs(failed) do
  redis.call('SETBIT', KEYS[3], ordinal, 0)
  redis.call('HDEL', KEYS[5], ordinal)
end
redis.call('HINCRBY', KEYS[1], 'failed', 0 - #failed)
if batch[1] == 'done' then
  local settled = 0
  for i = 4, 6 do settled = settled + (tonumber(batch[i]) or 0) end
  redis.call('HSET', KEYS[1], 'status', 'running', 'resumedAtMs', ARGV[1], 'resumedSettled', settled - #failed)
  redis.call('HDEL', KEYS[1], 'finishedAtMs')
  if batch[7] == 'batch' then redis.call('SADD', KEYS[12], ARGV[6]) end
  for i = 1, 7 do redis.call('PERSIST', KEYS[i]) end
elseif batch[2] then
  redis.call('HINCRBY', KEYS[1], 'resumedSettled', 0 - #failed)
end
redis.call('HSET', KEYS[11], ARGV[4], ARGV[5])
return #failed
