#!lua
-- Decides whether one model call may go, and reserves what it may cost at worst: dollars of the day, one request and its tokens
-- of the minute.
--
-- KEYS     1 limits hash (dailyNanoUsd, rpm, tpm)   2 budget:<date> hash (spentNanoUsd, reservedNanoUsd)
--          3 reservations:<date> hash id -> 'costNanoUsd:tokens:slotMs'   4 reservations:<date>:expiry zset id -> expiry, ms
--          5 rate hash (requestAtUs, tokenAtUs, restUntilMs)
--          6 budget, 7 reservations and 8 expiry of the day before, whose last leases run out today
-- ARGV     1 reservation id  2 worst-case cost, nano-USD  3 worst-case tokens  4 share of the day this priority may use, per mille
--          5 start and 6 end of the day, ms  7 lease, ms  8 how far ahead a slot may be booked, ms
-- RETURNS  {'granted', ms to wait before the call; below 0, the slot was so long ago}
--          {'rate', ms until it is worth asking again}   nothing was reserved
--          {'budget', nano-USD left to this priority}    nothing was reserved
--          {'too_large', most tokens a call may ask for}  nothing was reserved
--          {'day', now in ms}                             the caller's day is not today's
-- WRITES   budget, reservations (TTL 40 days), rate (TTL 1 day)
-- ATOMIC   two workers must not spend the same dollar or the same slot
-- REPEAT   asking again with the same id, as a client does whose connection broke, tells the same grant and reserves nothing more
--
-- Rate: the generic cell rate algorithm (ITU-T I.371). With burst b and one slot each t, any window w holds at most
-- b - 1 + floor(w/t) + 1 calls; t = 60.5 s / (rpm - b + 1) keeps that at or under rpm for w = 60 s with half a second to spare for the
-- way from here to the gateway. The same for tokens, where a call weighs what it may use.

--- @include "token-bucket"

local TTL_SECONDS, RATE_TTL_SECONDS = 40 * 24 * 3600, 24 * 3600
local SWEEP_AT_ONCE = 50
-- A grant may be used this late, in ms: what would then be sent tomorrow is tomorrow's to grant.
local GRANT_VALID_MS = 500

local function int(value) return string.format('%.0f', value) end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)
local cost, tokens, share = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local day_start, day_end = tonumber(ARGV[5]), tonumber(ARGV[6])
local lease_ms, ahead_us = tonumber(ARGV[7]), tonumber(ARGV[8]) * 1000
if now_ms < day_start or now_ms >= day_end then return { 'day', int(now_ms) } end

local granted = redis.call('HGET', KEYS[3], ARGV[1])
if granted then
  local slot_ms = tonumber(string.match(granted, ':(%d+)$'))
  return { 'granted', int(slot_ms - now_ms) }
end

local limits = redis.call('HMGET', KEYS[1], 'dailyNanoUsd', 'rpm', 'tpm')
local limit, rpm, tpm = tonumber(limits[1]), tonumber(limits[2]), tonumber(limits[3])
if not limit or not rpm or not tpm then return redis.error_reply('NOLIMITS no limits are set in Redis') end

-- A lease that ran out stays charged in full: its call may have been sent.
local function sweep(budget, reservations, expiry)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', int(now_ms), 'LIMIT', 0, SWEEP_AT_ONCE)) do
    local held = redis.call('HGET', reservations, id)
    local held_cost = tonumber(held and string.match(held, '^(%d+):') or 0)
    redis.call('HDEL', reservations, id)
    redis.call('ZREM', expiry, id)
    redis.call('HINCRBY', budget, 'reservedNanoUsd', int(0 - held_cost))
    redis.call('HINCRBY', budget, 'spentNanoUsd', int(held_cost))
    redis.call('HINCRBY', budget, 'expiredNanoUsd', int(held_cost))
  end
end
sweep(KEYS[2], KEYS[3], KEYS[4])
sweep(KEYS[6], KEYS[7], KEYS[8])

local day = redis.call('HMGET', KEYS[2], 'spentNanoUsd', 'reservedNanoUsd')
local spent, reserved = tonumber(day[1]) or 0, tonumber(day[2]) or 0
local rate = redis.call('HMGET', KEYS[5], 'requestAtUs', 'tokenAtUs', 'restUntilMs')

-- floor(limit * share / 1000) in two parts, since the product alone may pass 2^53
local allowed = math.floor(limit / 1000) * share + math.floor((limit % 1000) * share / 1000)
local room = allowed - spent - reserved
if cost > room then return { 'budget', int(room) } end

local rest_until = tonumber(rate[3]) or 0
if rest_until > now_ms then return { 'rate', int(rest_until - now_ms) } end

local wait_us, request_at, token_at = 0, nil, nil
if rpm > 0 then
  local burst = math.ceil(rpm / 60)
  local slot = math.ceil(WINDOW_US / (rpm - burst + 1))
  local at = math.max(tonumber(rate[1]) or 0, now_us)
  wait_us = math.max(wait_us, at - (burst - 1) * slot - now_us)
  request_at = at + slot
end
if tpm > 0 then
  local burst, slot = token_bucket(tpm)
  if tokens > burst then return { 'too_large', int(burst) } end
  local at = math.max(tonumber(rate[2]) or 0, now_us)
  wait_us = math.max(wait_us, math.ceil(at + (tokens - burst) * slot - now_us))
  token_at = math.ceil(at + tokens * slot)
end
if wait_us > ahead_us then return { 'rate', int(math.ceil((wait_us - ahead_us) / 1000) + 1) } end

local wait_ms = math.ceil(wait_us / 1000)
if now_ms + wait_ms + GRANT_VALID_MS >= day_end then return { 'rate', int(day_end - now_ms + 1) } end

redis.call('HINCRBY', KEYS[2], 'reservedNanoUsd', ARGV[2])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ':' .. ARGV[3] .. ':' .. int(now_ms + wait_ms))
redis.call('ZADD', KEYS[4], int(now_ms + lease_ms), ARGV[1])
for i = 2, 4 do redis.call('EXPIRE', KEYS[i], TTL_SECONDS) end
if request_at then redis.call('HSET', KEYS[5], 'requestAtUs', int(request_at)) end
if token_at then redis.call('HSET', KEYS[5], 'tokenAtUs', int(token_at)) end
if request_at or token_at then redis.call('EXPIRE', KEYS[5], RATE_TTL_SECONDS) end
return { 'granted', int(wait_ms) }
