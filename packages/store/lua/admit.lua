#!lua
-- Decides whether one model call may go, and reserves what it may cost at worst: dollars of the day, one request and its tokens
-- of the minute.
--
-- KEYS     1 limits hash   2 budget:<date> hash (spentNanoUsd, reservedNanoUsd, closed)   3 reservations:<date> hash, see reservation.lua
--          4 reservations:<date>:expiry zset id -> expiry, ms   5 rate hash (request-rate.lua, breaker.lua, restUntilMs)
--          6 tokens hash (token-window.lua)   7 freeze hash
-- ARGV     1 reservation id  2 worst-case cost, nano-USD  3 worst-case tokens  4 share of the day this priority may use, per mille
--          5 start and 6 end of the day, ms  7 how long it may stay unsent after its slot, ms  8 how far ahead a slot may be booked, ms
--          9 epoch and 10 sequence of the ledger as the caller knows them  11 how long a probe of the breaker may take, ms
--          12 name of the caller's process  13 grants of this day that it knows to have had
--          14 the slot must be so far ahead, ms: the caller is so far away that it could not use an earlier one
-- RETURNS  {'granted', ms to wait before the call (below 0: the slot is past), sequence, grants of this day to the caller's process}
--          {'rate', ms until it is worth asking again}    nothing was reserved, as in all below
--          {'budget', nano-USD left to this priority}
--          {'frozen', ''}                                  somebody froze publishing: a call would be paid for nothing
--          {'closed', why}                                 the day takes no more calls
--          {'too_large', most tokens a call may ask for}
--          {'day', now in ms}                              the caller's day is not today's
--          {'ledger', ''}                                  this is not the ledger that the caller knows, or an older state of it
-- WRITES   budget, reservations, rate, tokens, sequence; ledger.lua keeps their TTLs
-- ATOMIC   two workers must not spend the same dollar or the same slot
-- REPEAT   asking again with the same id, as a client does whose connection broke, tells the same grant and reserves nothing more

--- @include "integer"
--- @include "clock"
--- @include "limits-in-force"
--- @include "request-rate"
--- @include "token-window"
--- @include "breaker"
--- @include "reservation"

-- A grant may be used this late, in ms: what would then be sent tomorrow is tomorrow's to grant.
local GRANT_VALID_MS = 500
-- Longer than any rest that is asked for: one that seems to last longer is from before the clock went back.
local REST_AT_MOST_MS = 600000

local now = now_us()
local now_ms = math.floor(now / 1000)
local cost, tokens, share = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local day_start, day_end = tonumber(ARGV[5]), tonumber(ARGV[6])
local unsent_ms, ahead_us = tonumber(ARGV[7]), tonumber(ARGV[8]) * 1000
local lead_us = math.min(tonumber(ARGV[14]) * 1000, ahead_us)
if now_ms < day_start or now_ms >= day_end then return { 'day', int(now_ms) } end

local limit, rpm, tpm, epoch, sequence, own_tpm = limits_in_force(KEYS[1], now_ms)
if epoch == '' or epoch ~= ARGV[9] or sequence < tonumber(ARGV[10]) then return { 'ledger', '' } end
if not limit or not rpm or not tpm then return redis.error_reply('NOLIMITS no limits are set in Redis') end

-- Grants of others may have brought the sequence of an older state past what the caller remembers; its own grants they did not.
local granted_to_caller = 'granted:' .. ARGV[12]
local day = redis.call('HMGET', KEYS[2], 'spentNanoUsd', 'reservedNanoUsd', 'closed', granted_to_caller)
local grants = tonumber(day[4]) or 0
if grants < tonumber(ARGV[13]) then return { 'ledger', '' } end

local asked_before = redis.call('HGET', KEYS[3], ARGV[1])
if asked_before then
  return { 'granted', int(read_reservation(asked_before).at_ms - now_ms), int(sequence), int(grants) }
end

if redis.call('EXISTS', KEYS[7]) == 1 then return { 'frozen', '' } end
if day[3] then return { 'closed', day[3] } end
-- floor(limit * share / 1000) in two parts, since the product alone may pass 2^53
local allowed = math.floor(limit / 1000) * share + math.floor((limit % 1000) * share / 1000)
local room = allowed - (tonumber(day[1]) or 0) - (tonumber(day[2]) or 0)
if cost > room then return { 'budget', int(room) } end

local rate = redis.call('HMGET', KEYS[5], 'requestAtUs', 'rpm', 'restUntilMs', 'openUntilMs', 'probeUntilMs', 'tpm', 'uncountedUntilMs')
local uncounted_until = tonumber(rate[7]) or 0
local rest_ms = math.max(tonumber(rate[3]) or 0, tpm > 0 and uncounted_until or 0) - now_ms
if rest_ms > 0 and rest_ms <= REST_AT_MOST_MS then return { 'rate', int(rest_ms) } end
local breaker_ms, is_probe = breaker_wait(tonumber(rate[4]), tonumber(rate[5]), now_ms)
if breaker_ms > 0 then return { 'rate', int(breaker_ms) } end

local write_rate = {}
local was, wait_us = tonumber(rate[2]), lead_us
local at = math.max(tonumber(rate[1]) or 0, now + lead_us)
-- No slot is booked so far ahead: the clock went back, and a minute without calls is sure to be enough.
local went_back = at > now + 3 * WINDOW_US
if went_back then at = now + WINDOW_US end
if was ~= rpm then
  if was and rpm > 0 then at = rate_changed(at, now, was, rpm) end
  write_rate = { 'rpm', int(rpm) }
end
if rpm > 0 then
  local burst, slot = burst_and_slot(rpm)
  wait_us = math.max(lead_us, at - (burst - 1) * slot - now)
  write_rate[#write_rate + 1], write_rate[#write_rate + 2] = 'requestAtUs', int(at + slot)
end
if wait_us > ahead_us then
  -- A change is written also without a grant: it happened now, and not when the first call after it goes.
  if was ~= rpm or went_back then redis.call('HSET', KEYS[5], 'rpm', int(rpm), 'requestAtUs', int(at)) end
  return { 'rate', int(math.ceil((wait_us - ahead_us) / 1000) + 1) }
end

local bucket, sum, from, past = 0, nil, nil, nil
if rate[6] ~= int(tpm) then
  write_rate[#write_rate + 1], write_rate[#write_rate + 2] = 'tpm', int(tpm)
  -- Nobody counted the tokens of the last minute: none are spent until it is over.
  if rate[6] == '0' then
    redis.call('HSET', KEYS[5], 'tpm', int(tpm), 'uncountedUntilMs', int(now_ms + TOKEN_WINDOW_MS))
    return { 'rate', int(TOKEN_WINDOW_MS) }
  end
end
if tpm > 0 then
  bucket = bucket_at(now)
  sum, from, past = read_tokens(KEYS[6], bucket)
  if own_tpm > 0 and tokens > own_tpm then return { 'too_large', int(own_tpm) } end
  -- What the gateway told may have been meant for another model: a call above that goes alone, and the gateway says whether it may.
  local excess = sum + tokens - math.max(tpm, tokens)
  if excess > 0 then return { 'rate', int(tokens_free_in_ms(KEYS[6], now, from, excess)) } end
end

local wait_ms = math.ceil(wait_us / 1000)
if now_ms + wait_ms + GRANT_VALID_MS >= day_end then return { 'rate', int(day_end - now_ms + 1) } end

local slot_ms = now_ms + wait_ms
local reservation = { state = 'r', cost = cost, tokens = tokens, at_ms = slot_ms, bucket = bucket }
-- The first write, so that a foreign value in place of the zset stops it here.
redis.call('ZADD', KEYS[4], int(slot_ms + unsent_ms), ARGV[1])
redis.call('HSET', KEYS[2], 'reservedNanoUsd', int((tonumber(day[2]) or 0) + cost), granted_to_caller, int(grants + 1))
redis.call('HSET', KEYS[3], ARGV[1], write_reservation(reservation))
if tpm > 0 then add_tokens(KEYS[6], bucket, tokens, sum, from, past) end
if is_probe then
  local until_ms = int(slot_ms + tonumber(ARGV[11]))
  write_rate[#write_rate + 1], write_rate[#write_rate + 2] = 'probe', ARGV[1]
  write_rate[#write_rate + 1], write_rate[#write_rate + 2] = 'probeUntilMs', until_ms
end
if #write_rate > 0 then redis.call('HSET', KEYS[5], unpack(write_rate)) end
return { 'granted', int(wait_ms), int(redis.call('HINCRBY', KEYS[1], 'sequence', 1)), int(grants + 1) }
