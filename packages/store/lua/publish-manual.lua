#!lua
-- Publishes the price of one SKU that a person decided: an approved one, or one that comes back. A freeze does not stop it.
--
-- KEYS     1 price:<sku> hash   2 history:<sku> list   3 rolling:<sku> string   4 changes stream   5 held:<sku> string   6 held zset
--          7 manual-decisions:<date> list   8 changes:keep string   9 routes hash
-- ARGV     1 sku  2 fence: revision of the live price, 0 = none  3 the held price that is approved, as JSON; '' = none is
--          4 result chunk (result-chunk.ts)  5 what rolling:<sku> is to hold, '' = leave it  6 the date of the list
--          7 when the canary made the held price, ms; '' = none did  8.. name and value of each field of the price
-- RETURNS  1 published; -1 the live price is not the one of the fence; -2 another price is held by now; -3 the canary that made it has gone,
--          and its prices with it; nothing was done in all three
-- WRITES   price:<sku>, history:<sku>, rolling:<sku> (TTL 8 days), changes, held:<sku>, held,
--          manual-decisions:<date> (TTL 30 days)
-- ATOMIC   a price that is approved twice, or beside a newer one, must go live once or not at all; that of a canary not after its rollback

--- @include "retire-price"
--- @include "announce"
--- @include "canary-retired"

local ROLLING_TTL_SECONDS, DECISIONS_TTL_SECONDS = 8 * 24 * 3600, 30 * 24 * 3600

if tonumber(redis.call('HGET', KEYS[1], 'revision') or 0) ~= tonumber(ARGV[2]) then return -1 end
if ARGV[3] ~= '' and redis.call('GET', KEYS[5]) ~= ARGV[3] then return -2 end
if ARGV[7] ~= '' then
  local retired_at, kept = read_retired(KEYS[9])
  if tonumber(ARGV[7]) <= retired_at and not is_kept(kept, tonumber(ARGV[7])) then return -3 end
end

if tonumber(ARGV[2]) > 0 then retire(KEYS[1], KEYS[2]) end
if ARGV[5] ~= '' then redis.call('SET', KEYS[3], ARGV[5], 'EX', ROLLING_TTL_SECONDS) end
local chunk = '1\n' .. ARGV[4]
local place = redis.call('RPUSH', KEYS[7], chunk) - 1
redis.call('EXPIRE', KEYS[7], DECISIONS_TTL_SECONDS)
redis.call('HSET', KEYS[1], 'decision', ARGV[6] .. '.' .. place, unpack(ARGV, 8))
redis.call('DEL', KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
announce(KEYS[4], KEYS[8], chunk)
return 1
