-- Included by the scripts that settle rows: closes the batch at the moment its last row is settled.
-- WRITES status, finishedAtMs of batch:<id>; a TTL on all of the batch; a message on the channel batch-done

-- 30 days: long enough to fetch last month's results, short enough that batches do not pile up.
local BATCH_TTL_SECONDS = 30 * 24 * 3600

local function finish_batch(batch_key, parts, now_ms, channel, id)
  local b = redis.call('HMGET', batch_key, 'status', 'total', 'unchanged', 'priced', 'held', 'failed')
  if b[1] ~= 'running' then return end
  local settled = (tonumber(b[3]) or 0) + (tonumber(b[4]) or 0) + (tonumber(b[5]) or 0) + (tonumber(b[6]) or 0)
  if settled < (tonumber(b[2]) or 0) then return end
  redis.call('HSET', batch_key, 'status', 'done', 'finishedAtMs', now_ms)
  redis.call('EXPIRE', batch_key, BATCH_TTL_SECONDS)
  for _, part in ipairs(parts) do redis.call('EXPIRE', part, BATCH_TTL_SECONDS) end
  redis.call('PUBLISH', channel, id)
end
