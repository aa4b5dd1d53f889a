#!lua
-- Cancels a running batch: what is settled stays, what waits never runs.
--
-- KEYS     1 batch:<id> hash   2 enqueueing set   3 cancelling set   4..9 the parts of the batch (keys.ts), its staged packs first
-- ARGV     1 batch id  2 now, ms  3 channel
-- RETURNS  the status that it had before: only 'running' was changed; '' no such batch
-- WRITES   status, finishedAtMs; the staged packs go; a TTL of 30 days on all of the batch; its id out of `enqueueing` and into `cancelling`;
--          a message on the channel batch-done
-- ATOMIC   a cancelled batch must not be put into the queue, nor its jobs be left there

local BATCH_TTL_SECONDS = 30 * 24 * 3600

local status = redis.call('HGET', KEYS[1], 'status') or ''
if status ~= 'running' then return status end
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('HSET', KEYS[1], 'status', 'cancelled', 'finishedAtMs', ARGV[2])
redis.call('UNLINK', KEYS[4])
redis.call('EXPIRE', KEYS[1], BATCH_TTL_SECONDS)
for i = 5, 9 do redis.call('EXPIRE', KEYS[i], BATCH_TTL_SECONDS) end
redis.call('PUBLISH', ARGV[3], ARGV[1])
return status
