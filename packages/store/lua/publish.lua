#!lua
-- Publishes the priced rows of one pack: price hash, history, change stream, and the batch's bits, results and counters.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results list  5 :failed  6 :rejections  7 :trial
--          8 changes stream   9 freeze hash   10 routes hash   11 feeds:in-sync hash   12 changes:keep string
--          13..12+n price:<sku> hash, one a row
--          only if some row replaces a price: 13+n..12+2n history:<sku> list, 13+2n..12+3n rolling:<sku> string, one a row
-- ARGV     1 batch id  2 now, ms  3 channel  4 result chunk (result-chunk.ts)
--          5 pricedAt  6 source  7 model ('' = none)  8 route ('' = none)  9 job id
--          10 rows as JSON: one list, 13 items a row: ordinal, sku, price, currency, previousPrice, changePercent, strategy, confidence, reason,
--          guardrails (comma-separated), costUsd, revision (that this row will have: the fence + 1), snapshotAt; '' = absent
--          11 the canary that answered ('' = none did)
--          12.. with rolling keys: what each is to hold, '' = leave it; made from what load.lua read, so it holds if the fence does
-- RETURNS  one code a row: 1 published, 0 settled before (nothing done), -1 the fence is older than the live price (nothing done),
--          -2 publishing is frozen (nothing done), -3 the canary that answered no longer stands (nothing done),
--          -4 a feed is behind, and observations moved this (nothing done);
--          or {} when the batch no longer runs
-- WRITES   price:<sku> (no TTL), history:<sku> (newest 100 past revisions), rolling:<sku> (TTL 8 days), changes (announce.lua), the batch
-- ATOMIC   a price without its bit would be published twice, a bit without its price would be lost

--- @include "canary-stands"
--- @include "feeds-behind"
--- @include "finish-batch"
--- @include "settled-bits"
--- @include "retire-price"
--- @include "announce"

local FIRST_PRICE, CELLS = 13, 13
local FIRST_ROLLING_ARG, ROLLING_TTL_SECONDS = 12, 8 * 24 * 3600

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode', 'kind')
if batch[1] ~= 'running' then return {} end
local live = batch[2] ~= 'dry-run'
-- The only numbers in here are ordinals and revisions; amounts are text.
local cells = cjson.decode(ARGV[10])
local n = #cells / CELLS

local ordinals, price_keys = {}, {}
for i = 1, n do
  ordinals[i], price_keys[i] = cells[(i - 1) * CELLS + 1], KEYS[FIRST_PRICE + i - 1]
end
local settled = read_settled(KEYS[3], ordinals)
local late = not canary_stands(KEYS[10], ARGV[11])
local behind = batch[3] == 'observed' and feeds_behind(KEYS[11])
local frozen = live and redis.call('EXISTS', KEYS[9]) == 1
-- Most packs price SKUs for the first time: one command tells that none of them has a price yet.
local none_live = not live or redis.call('EXISTS', unpack(price_keys)) == 0

local codes, published, mask = {}, {}, {}
for i = 1, n do
  if settled[i] == '1' then
    codes[i] = 0
  elseif late then
    codes[i] = -3
  elseif frozen then
    codes[i] = -2
  elseif behind then
    codes[i] = -4
  elseif not live then
    codes[i] = 1
  else
    local revision = not none_live and redis.call('HGET', price_keys[i], 'revision') or 0
    codes[i] = tonumber(revision) + 1 == cells[(i - 1) * CELLS + 12] and 1 or -1
  end
  mask[i] = codes[i] == 1 and '1' or '0'
  if codes[i] == 1 then published[#published + 1] = ordinals[i] end
end
if #published == 0 then return codes end

local chunk = table.concat(mask) .. '\n' .. ARGV[4]
local decision = redis.call('RPUSH', KEYS[4], chunk) - 1

-- One table for all rows: names and what is the same in all of them stay, a row puts its values between.
local fields = {
  'source', ARGV[6], 'batchId', ARGV[1], 'jobId', ARGV[9], 'pricedAt', ARGV[5], 'sku', '', 'price', '', 'currency', '',
  'previousPrice', '', 'changePercent', '', 'strategy', '', 'reason', '', 'costUsd', '', 'revision', '', 'snapshotAt', '',
  'guardrails', '', 'decision', decision,
}
local CELL_OF_FIELD = {
  [10] = 2, [12] = 3, [14] = 4, [16] = 5, [18] = 6, [20] = 7, [22] = 9, [24] = 11, [26] = 12, [28] = 13, [30] = 10,
}
local ALWAYS = #fields
for i = 1, n do
  if live and codes[i] == 1 then
    local row = (i - 1) * CELLS
    if cells[row + 12] > 1 then
      retire(price_keys[i], KEYS[FIRST_PRICE + n + i - 1])
      local rolling = ARGV[FIRST_ROLLING_ARG + i - 1]
      if rolling ~= '' then
        redis.call('SET', KEYS[FIRST_PRICE + 2 * n + i - 1], rolling, 'EX', ROLLING_TTL_SECONDS)
      end
    end
    for field, cell in pairs(CELL_OF_FIELD) do fields[field] = cells[row + cell] end
    local last = ALWAYS
    local function optional(name, value)
      if value ~= '' then
        fields[last + 1], fields[last + 2], last = name, value, last + 2
      end
    end
    optional('model', ARGV[7])
    optional('route', ARGV[8])
    optional('confidence', cells[row + 8])
    redis.call('HSET', price_keys[i], unpack(fields, 1, last))
  end
end

write_settled(KEYS[3], published)
redis.call('HINCRBY', KEYS[1], 'priced', #published)
if live then announce(KEYS[8], KEYS[12], chunk) end
finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
return codes
