#!lua
-- Takes due SKUs of one priority out of the dirty set and makes packs of them: rows of a hidden batch, kept until their jobs are in the queue.
--
-- KEYS     1 dirty:<priority> zset  2 dirty:calm zset  3 dirty:in-flight hash  4 dirty:packs hash  5 stats:<minute> hash
--          6 batch:<id> hash, then its parts: 7 :packs  8 :settled  9 :results  10 :failed  11 :rejections  12 :trial
--          13.. of each SKU: sku:<sku> string, price:<sku> hash
-- ARGV     1 length of the part of sku:<sku> before the SKU  2 name of the default strategy  3 batch id  4 priority  5 its number, 1 = critical
--          6 pack size  7 how long a SKU is not taken again, ms
--          8.. of each SKU: who would answer for it, as text; SKUs with another are packed apart. None: all are packed alike
-- RETURNS  the packs, as they stand in dirty:packs: field, value
-- WRITES   all of these keys but those of SKUs and stats:<minute>'s TTL (25 h); the batch has no TTL while rows of it wait
-- ATOMIC   a SKU must be in the dirty set or in a pack, and in one pack alone, whoever dies and however many packers there are

--- @include "clock"
--- @include "iso-time"
--- @include "linger"
--- @include "snapshot-cells"

local FIRST_SKU_KEY, FIRST_ANSWERER, STRATEGY, STATS_TTL_SECONDS = 13, 8, 12, 25 * 3600
-- What is in flight is looked at again after this long, though its end was never told; and for this long it is believed, ms.
local LOOK_AGAIN_MS, BELIEVED_MS = 30 * 1000, 10 * 60 * 1000

local now_ms = math.floor(now_us() / 1000)
local batch_id, urgency, pack_size = ARGV[3], tonumber(ARGV[5]), tonumber(ARGV[6])
local prefix = tonumber(ARGV[1])

-- Whether the live price was made from what the SKU is now, by the strategy that it asks for.
local function holds(stored, strategy, price_key)
  local at, moved = string.match(stored, SNAPSHOT)
  local price = redis.call('HMGET', price_key, 'snapshotAt', 'strategy')
  local from = iso_ms(price[1])
  return from and price[2] == strategy and from >= tonumber(moved ~= '' and moved or at)
end

local open, order, held = {}, {}, 0
for i = FIRST_SKU_KEY, #KEYS, 2 do
  local sku = string.sub(KEYS[i], prefix + 1)
  local due = tonumber(redis.call('ZSCORE', KEYS[1], sku))
  if due and (due <= now_ms or may_share(KEYS[2], sku, due, urgency, now_ms)) then
    local in_flight, _, taken_ms = string.match(redis.call('HGET', KEYS[3], sku) or '', '^(%d) (%S+) (%d+)$')
    local stored = redis.call('GET', KEYS[i])
    local strategy = stored and split(string.match(stored, SNAPSHOT) and select(5, string.match(stored, SNAPSHOT)) or '')[STRATEGY] or ''
    if strategy == '' then strategy = ARGV[2] end
    if in_flight and tonumber(in_flight) <= urgency and now_ms - tonumber(taken_ms) < BELIEVED_MS then
      -- It has a job that is as urgent, and reads the newest snapshot when it runs.
      redis.call('ZADD', KEYS[1], string.format('%.0f', now_ms + LOOK_AGAIN_MS), sku)
    elseif not stored or holds(stored, strategy, KEYS[i + 1]) then
      redis.call('ZREM', KEYS[1], sku)
      held = held + 1
    else
      local group = strategy .. '\t' .. (ARGV[FIRST_ANSWERER + (i - FIRST_SKU_KEY) / 2] or '')
      if not open[group] then
        open[group] = { strategy = strategy }
        order[#order + 1] = group
      end
      table.insert(open[group], sku)
    end
  end
end
if held > 0 then
  redis.call('HINCRBY', KEYS[5], 'skipped:priced-meanwhile', held)
  redis.call('EXPIRE', KEYS[5], STATS_TTL_SECONDS)
end
if #order == 0 then return {} end

local now = string.format('%.0f', now_ms)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. now)
local calm_until = string.format('%.0f', now_ms + tonumber(ARGV[7]))
local next_row = tonumber(redis.call('HGET', KEYS[6], 'total') or 0)
local packs = {}
for _, group in ipairs(order) do
  local skus, strategy = open[group], open[group].strategy
  for from = 1, #skus, pack_size do
    local of_pack = { unpack(skus, from, math.min(from + pack_size - 1, #skus)) }
    local field = string.format('%s.%.0f', batch_id, next_row)
    local value = table.concat({ ARGV[4], now, strategy, table.concat(of_pack, '\t') }, '\t')
    redis.call('HSET', KEYS[4], field, value)
    packs[#packs + 1], packs[#packs + 2] = field, value
    for row, sku in ipairs(of_pack) do
      redis.call('ZREM', KEYS[1], sku)
      redis.call('ZADD', KEYS[2], calm_until, sku)
      redis.call('HSET', KEYS[3], sku, string.format('%s %s.%.0f %s', ARGV[5], batch_id, next_row + row - 1, now))
    end
    next_row = next_row + #of_pack
  end
end
redis.call('HSET', KEYS[6], 'kind', 'observed', 'status', 'running', 'priority', ARGV[4], 'mode', 'live', 'total', string.format('%.0f', next_row))
redis.call('HSETNX', KEYS[6], 'createdAtMs', now)
redis.call('HSETNX', KEYS[6], 'acceptedAtMs', now)
redis.call('HDEL', KEYS[6], 'finishedAtMs')
for i = 6, 12 do redis.call('PERSIST', KEYS[i]) end
return packs
