#!lua
-- Publishes the priced rows of one pack: price hash, history, change stream, and the batch's bits, results and counters.
--
-- KEYS     1 batch:<id> hash   2 batch:<id>:settled bitmap   3 batch:<id>:results list
--          4 batch:<id>:packs  5 :failures  6 :rejections  7 :trial  (only their TTL is set)   8 changes stream
--          then 2 a row: price:<sku> hash, history:<sku> list
-- ARGV     1 batch id  2 now, ms  3 channel  4 result chunk (result-chunk.ts)
--          5 pricedAt  6 source  7 model ('' = none)  8 route ('' = none)  9 job id
--          then 13 a row: ordinal, fence, sku, price, currency, previousPrice, changePercent, strategy, confidence, reason,
--          guardrails (comma-separated), costUsd, snapshotAt; '' = absent
-- RETURNS  one code a row: 1 published, 0 settled before (nothing done), -1 the fence is older than the live price (nothing done);
--          or {} when the batch no longer runs
-- WRITES   price:<sku> (no TTL), history:<sku> (newest 100 past revisions), changes (newest ~1000 packs), the batch
-- ATOMIC   a price without its bit would be published twice, a bit without its price would be lost

--- @include "finish-batch"

local FIRST_KEY, FIRST_ARG, STRIDE = 9, 10, 13
local HISTORY_CAP, CHANGES_CAP = 100, 1000

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode')
if batch[1] ~= 'running' then return {} end
local live = batch[2] ~= 'dry-run'
local n = (#ARGV - FIRST_ARG + 1) / STRIDE

local codes, past = {}, {}
for i = 1, n do
  local a = FIRST_ARG + (i - 1) * STRIDE
  if redis.call('GETBIT', KEYS[2], ARGV[a]) == 1 then
    codes[i] = 0
  elseif not live then
    codes[i] = 1
  else
    local key = FIRST_KEY + (i - 1) * 2
    local now_live = redis.call('HMGET', KEYS[key], 'revision', 'price', 'currency', 'source', 'pricedAt', 'batchId')
    codes[i] = (tonumber(now_live[1]) or 0) == tonumber(ARGV[a + 1]) and 1 or -1
    past[i] = now_live
  end
end

local priced, mask, changes = 0, {}, {}
for i = 1, n do
  mask[i] = codes[i] == 1 and '1' or '0'
  if codes[i] == 1 then
    priced = priced + 1
    local a = FIRST_ARG + (i - 1) * STRIDE
    redis.call('SETBIT', KEYS[2], ARGV[a], 1)
    if live then
      local price_key = KEYS[FIRST_KEY + (i - 1) * 2]
      local was = past[i]
      if was[1] then
        local history_key = KEYS[FIRST_KEY + (i - 1) * 2 + 1]
        redis.call('LPUSH', history_key, table.concat({ was[1], was[2], was[3], was[4] or '', was[5] or '', was[6] or '' }, '\t'))
        redis.call('LTRIM', history_key, 0, HISTORY_CAP - 1)
        redis.call('DEL', price_key)
      end
      local fields = {
        'sku', ARGV[a + 2], 'price', ARGV[a + 3], 'currency', ARGV[a + 4], 'source', ARGV[6], 'strategy', ARGV[a + 7],
        'reason', ARGV[a + 9], 'costUsd', ARGV[a + 11], 'batchId', ARGV[1], 'jobId', ARGV[9],
        'revision', string.format('%.0f', ARGV[a + 1] + 1), 'snapshotAt', ARGV[a + 12], 'pricedAt', ARGV[5],
      }
      local function optional(name, value)
        if value ~= '' then
          fields[#fields + 1] = name
          fields[#fields + 1] = value
        end
      end
      optional('previousPrice', ARGV[a + 5])
      optional('changePercent', ARGV[a + 6])
      optional('confidence', ARGV[a + 8])
      optional('guardrails', ARGV[a + 10])
      optional('model', ARGV[7])
      optional('route', ARGV[8])
      redis.call('HSET', price_key, unpack(fields))
      if ARGV[a + 3] ~= ARGV[a + 5] then
        changes[#changes + 1] = ARGV[a + 2] .. '\t' .. ARGV[a + 3] .. '\t' .. ARGV[a + 5] .. '\t' .. ARGV[a + 4]
      end
    end
  end
end

if priced > 0 then
  redis.call('RPUSH', KEYS[3], table.concat(mask) .. '\n' .. ARGV[4])
  redis.call('HINCRBY', KEYS[1], 'priced', priced)
  if #changes > 0 then
    redis.call('XADD', KEYS[8], 'MAXLEN', '~', CHANGES_CAP, '*', 'jobId', ARGV[9], 'rows', table.concat(changes, '\n'))
  end
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return codes
