#!lua
-- Settles rows of a batch as held: their prices wait for a person.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failed  6 :rejections  7 :trial
--          8 held zset sku -> when it was held, ms   9 routes hash   10 feeds:in-sync hash   11.. of each row: held:<sku> string, price:<sku> hash
-- ARGV     1 batch id  2 now, ms  3 channel  4 the canary that answered ('' = none did)
--          then 4 a row: ordinal, sku, fence, what is held as JSON (held.ts)
-- RETURNS  one code a row: 1 held now, 0 settled before (nothing done), -1 the fence is older than the live price (nothing done),
--          -3 the canary that answered no longer stands (nothing done),
--          -4 a feed is behind, and observations moved this (nothing done);
--          or {} when the batch no longer runs
-- WRITES   settled, the counter `held`; of a live batch held and held:<sku> (30 days), where the newest suggestion replaces an older one
-- ATOMIC   the bit and the counter must agree at every poll, and a held row that nobody can find would never be decided

--- @include "canary-stands"
--- @include "feeds-behind"
--- @include "finish-batch"

local HELD_TTL_SECONDS = 30 * 24 * 3600
local FIRST_ROW, CELLS = 5, 4

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode', 'kind')
if batch[1] ~= 'running' then return {} end
local live = batch[2] ~= 'dry-run'
local late = not canary_stands(KEYS[9], ARGV[4])
local behind = batch[3] == 'observed' and feeds_behind(KEYS[10])

local codes, held = {}, 0
for i = 1, (#ARGV - FIRST_ROW + 1) / CELLS do
  local row = FIRST_ROW + (i - 1) * CELLS
  local held_key, price_key = KEYS[9 + 2 * i], KEYS[10 + 2 * i]
  if redis.call('GETBIT', KEYS[3], ARGV[row]) == 1 then
    codes[i] = 0
  elseif late then
    codes[i] = -3
  elseif behind then
    codes[i] = -4
  elseif live and tonumber(redis.call('HGET', price_key, 'revision') or 0) ~= tonumber(ARGV[row + 2]) then
    codes[i] = -1
  else
    codes[i] = 1
    held = held + 1
    redis.call('SETBIT', KEYS[3], ARGV[row], 1)
    if live then
      redis.call('SET', held_key, ARGV[row + 3], 'EX', HELD_TTL_SECONDS)
      redis.call('ZADD', KEYS[8], ARGV[2], ARGV[row + 1])
    end
  end
end
if held > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[8], '-inf', ARGV[2] - HELD_TTL_SECONDS * 1000)
  redis.call('HINCRBY', KEYS[1], 'held', held)
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return codes
