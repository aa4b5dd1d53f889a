#!lua
-- Accepts a batch that was received whole: from here on its rows are ours to settle, and its Idempotency-Key stands for it.
--
-- KEYS     1  batch:<id>             hash
--          2  enqueueing             set of batches whose packs are not all in the queue yet
--          3  batch:<id>:packs       list      4  batch:<id>:settled  bitmap    5  batch:<id>:results  list
--          6  batch:<id>:failed      hash      7  batch:<id>:rejections  list   8  batch:<id>:trial  hash
--          9  idempotency:<hash>     string; only if the request has a key
-- ARGV     1 batch id  2 now, ms  3 ignoredFields as JSON  4 channel  5 token of the request's claim and 6 hash of the request, '' without a key
-- RETURNS  1 accepted, now or before; 0 no such batch; -1 another request has taken the key over (nothing done)
-- WRITES   status, acceptedAtMs, ignoredFields; takes the TTL of a half-received batch away; idempotency:<hash> (TTL 24 h)
-- ATOMIC   a batch that is running but not in `enqueueing` would never reach the queue, and one without its key would be taken twice

--- @include "finish-batch"

local KEY_TTL_SECONDS = 24 * 3600

local status = redis.call('HGET', KEYS[1], 'status')
if status == 'running' or status == 'done' or status == 'cancelled' then return 1 end
if status ~= 'receiving' then return 0 end
local packs = redis.call('LLEN', KEYS[3])
-- A claim that ran out and that nobody took over is as good as one that holds.
local record = KEYS[9] and redis.call('GET', KEYS[9])
if record and record ~= 'claim\t' .. ARGV[5] then return -1 end
redis.call('HSET', KEYS[1], 'status', 'running', 'acceptedAtMs', ARGV[2], 'ignoredFields', ARGV[3])
redis.call('PERSIST', KEYS[1])
for i = 3, 8 do redis.call('PERSIST', KEYS[i]) end
if packs > 0 then redis.call('SADD', KEYS[2], ARGV[1]) end
if KEYS[9] then redis.call('SET', KEYS[9], 'done\t' .. ARGV[6] .. '\t' .. ARGV[1], 'EX', KEY_TTL_SECONDS) end
finish_batch(KEYS[1], { KEYS[7] }, ARGV[2], ARGV[4], ARGV[1])
return 1
