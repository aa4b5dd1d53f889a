#!lua
-- Publishes the priced rows of one pack: price hash, history, change stream, and the batch's bits, results and counters.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results list  5 :failures  6 :rejections  7 :trial
--          8 changes stream
--          then 2 a row: price:<sku> hash, history:<sku> list
-- ARGV     1 batch id  2 now, ms  3 channel  4 result chunk (result-chunk.ts)
--          5 pricedAt  6 source  7 model ('' = none)  8 route ('' = none)  9 job id
--          then 13 a row: ordinal; sku, price, currency, previousPrice, changePercent, strategy, confidence, reason, guardrails
--          (comma-separated), costUsd, revision (that this row will have: the fence + 1), snapshotAt; '' = absent
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

local reads = {}
for i = 1, n do
  reads[i * 3 - 2], reads[i * 3 - 1], reads[i * 3] = 'GET', 'u1', ARGV[FIRST_ARG + (i - 1) * STRIDE]
end
local settled = redis.call('BITFIELD', KEYS[3], unpack(reads))

-- Most packs price SKUs for the first time: one command tells that none of them has a price yet.
local price_keys = {}
for i = 1, n do price_keys[i] = KEYS[FIRST_KEY + (i - 1) * 2] end
local none_live = not live or redis.call('EXISTS', unpack(price_keys)) == 0

local codes = {}
for i = 1, n do
  if settled[i] == 1 then
    codes[i] = 0
  elseif not live then
    codes[i] = 1
  else
    local revision = not none_live and redis.call('HGET', price_keys[i], 'revision')
    codes[i] = (tonumber(revision or 0) or 0) + 1 == tonumber(ARGV[FIRST_ARG + (i - 1) * STRIDE + 11]) and 1 or -1
  end
end

-- Moves the live price of a SKU to its history.
local function retire(price_key, history_key)
  local was = redis.call('HMGET', price_key, 'revision', 'price', 'currency', 'source', 'pricedAt', 'batchId')
  for f = 1, 6 do was[f] = was[f] or '' end
  redis.call('LPUSH', history_key, table.concat(was, '\t'))
  redis.call('LTRIM', history_key, 0, HISTORY_CAP - 1)
  redis.call('DEL', price_key)
end

-- Places of the fields that may be absent, after those that every price has.
local OPTIONAL = { { 'confidence', 7 }, { 'guardrails', 9 } }

local priced, mask, writes = 0, {}, {}
for i = 1, n do
  mask[i] = codes[i] == 1 and '1' or '0'
  if codes[i] == 1 then
    local a, key = FIRST_ARG + (i - 1) * STRIDE, FIRST_KEY + (i - 1) * 2
    local w = priced * 4
    writes[w + 1], writes[w + 2], writes[w + 3], writes[w + 4] = 'SET', 'u1', ARGV[a], '1'
    priced = priced + 1
    if live then
      if ARGV[a + 11] ~= '1' then retire(KEYS[key], KEYS[key + 1]) end
      local fields = {
        'sku', ARGV[a + 1], 'price', ARGV[a + 2], 'currency', ARGV[a + 3], 'previousPrice', ARGV[a + 4], 'changePercent', ARGV[a + 5],
        'source', ARGV[6], 'strategy', ARGV[a + 6], 'reason', ARGV[a + 8], 'costUsd', ARGV[a + 10], 'batchId', ARGV[1],
        'jobId', ARGV[9], 'revision', ARGV[a + 11], 'snapshotAt', ARGV[a + 12], 'pricedAt', ARGV[5],
      }
      local f = #fields
      for _, optional in ipairs(OPTIONAL) do
        local value = ARGV[a + optional[2]]
        if value ~= '' then
          fields[f + 1], fields[f + 2], f = optional[1], value, f + 2
        end
      end
      if ARGV[7] ~= '' then fields[f + 1], fields[f + 2], f = 'model', ARGV[7], f + 2 end
      if ARGV[8] ~= '' then fields[f + 1], fields[f + 2], f = 'route', ARGV[8], f + 2 end
      redis.call('HSET', KEYS[key], unpack(fields))
    end
  end
end

if priced > 0 then
  redis.call('BITFIELD', KEYS[3], unpack(writes))
  local chunk = table.concat(mask) .. '\n' .. ARGV[4]
  redis.call('RPUSH', KEYS[4], chunk)
  redis.call('HINCRBY', KEYS[1], 'priced', priced)
  if live then redis.call('XADD', KEYS[8], 'MAXLEN', '~', CHANGES_CAP, '*', 'chunk', chunk) end
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return codes
