#!lua
-- Accepts a batch that was received whole: from here on its rows are ours to settle.
--
-- KEYS     1  batch:<id>             hash
--          2  enqueueing             set of batches whose packs are not all in the queue yet
--          3  batch:<id>:packs       list      4  batch:<id>:settled  bitmap    5  batch:<id>:results  list
--          6  batch:<id>:failed      hash      7  batch:<id>:rejections  list   8  batch:<id>:trial  hash
-- ARGV     1 batch id  2 now, ms  3 ignoredFields as JSON  4 channel
-- RETURNS  1 accepted, now or before; 0 no such batch
-- WRITES   status, acceptedAtMs, ignoredFields; takes the TTL of a half-received batch away
-- ATOMIC   a batch that is running but not in `enqueueing` would never reach the queue

--- @include "finish-batch"

local status = redis.call('HGET', KEYS[1], 'status')
if status == 'running' or status == 'done' then return 1 end
if status ~= 'receiving' then return 0 end
local packs = redis.call('LLEN', KEYS[3])
redis.call('HSET', KEYS[1], 'status', 'running', 'acceptedAtMs', ARGV[2], 'ignoredFields', ARGV[3])
redis.call('PERSIST', KEYS[1])
for i = 3, 8 do redis.call('PERSIST', KEYS[i]) end
if packs > 0 then redis.call('SADD', KEYS[2], ARGV[1]) end
finish_batch(KEYS[1], { KEYS[7] }, ARGV[2], ARGV[4], ARGV[1])
return 1
