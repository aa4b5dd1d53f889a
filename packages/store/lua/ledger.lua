#!lua flags=allow-oom
-- Keeps the ledger: tells whether this is the one that the caller knows, sets configured limits, and ends leases that ran out.
-- Each process runs it when it starts and once a second.
--
-- KEYS     1 limits hash: <name>, configured:<name>, epoch, sequence, vouchedEpoch   2 rate hash   3 tokens hash
--          then 4 a day, today and the day before: budget:<date>, reservations:<date>, reservations:<date>:expiry, unsettled:<date>
-- ARGV     1 epoch that the caller knows, '' if none  2 highest sequence that it has seen  3 a new epoch, if one is needed
--          4 start and 5 end of today, ms  6 name of the caller's process  7 grants of today that it knows to have had
--          then 3 a limit: name, value, '1' it was stated in the environment or '0' it is only the default
-- RETURNS  {epoch, sequence, rpm and tpm in force, closed ('' = open), closedAtMs}; or {'day', now in ms}: the caller's day is not today's
-- WRITES   limits (no TTL); budget, reservations, unsettled (TTL 40 days); rate, tokens (TTL 1 day)
-- ATOMIC   whether the day must be closed, and the epoch that everybody takes over from then on, are one decision
--
-- The epoch is a random name that an empty Redis gets; the sequence counts grants, and each day those of each process. A process that
-- remembers another epoch, a higher sequence, or more grants of its own, knows that spending was forgotten: the day is closed under a new
-- epoch until somebody looks at the gateway's bill and says what was spent (reconcile.lua, which vouches for the epoch).

--- @include "integer"
--- @include "key-types"
--- @include "clock"
--- @include "limits-in-force"
--- @include "token-window"
--- @include "breaker"
--- @include "reservation"
--- @include "refund"

local DAY_TTL_SECONDS, RATE_TTL_SECONDS = 40 * 24 * 3600, 24 * 3600
local SWEEP_AT_ONCE = 200
local FIRST_LIMIT = 8

local wrong = wrong_type('hash', { KEYS[1], KEYS[2], KEYS[3] })
for first = 4, #KEYS, 4 do
  wrong = wrong or wrong_type('hash', { KEYS[first], KEYS[first + 1], KEYS[first + 3] }) or wrong_type('zset', { KEYS[first + 2] })
end
if wrong then return wrong end

local now_ms = math.floor(now_us() / 1000)
if now_ms < tonumber(ARGV[4]) or now_ms >= tonumber(ARGV[5]) then return { 'day', int(now_ms) } end

local _, _, _, epoch, sequence = limits_in_force(KEYS[1], now_ms)
local remembered = ARGV[1]
local vouched = redis.call('HGET', KEYS[1], 'vouchedEpoch') == epoch
local grants = tonumber(redis.call('HGET', KEYS[4], 'granted:' .. ARGV[6])) or 0
local is_older = sequence < tonumber(ARGV[2]) or grants < tonumber(ARGV[7])
local forgotten = remembered ~= ''
  and (epoch == '' or (epoch ~= remembered and not vouched) or (epoch == remembered and is_older))

if forgotten and not redis.call('HGET', KEYS[4], 'closed') then
  redis.call('HSET', KEYS[4], 'closed', 'ledger_lost', 'closedAtMs', int(now_ms))
end
if epoch == '' or (forgotten and epoch == remembered) then
  epoch, sequence = ARGV[3], 0
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'sequence', '0')
end

for i = FIRST_LIMIT, #ARGV, 3 do
  local name, value, stated = ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1'
  local configured = redis.call('HGET', KEYS[1], 'configured:' .. name)
  if not configured or (stated and configured ~= value) then
    redis.call('HSET', KEYS[1], name, value, 'configured:' .. name, value)
  end
end

-- A reserved call was never sent and is refunded; a sent one stays charged in full, and is listed.
local function sweep(budget, reservations, expiry, unsettled)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', int(now_ms), 'LIMIT', 0, SWEEP_AT_ONCE)) do
    local r = read_reservation(redis.call('HGET', reservations, id) or '')
    if not r then
      redis.call('ZREM', expiry, id)
    elseif r.state == 's' and r.at_ms > now_ms then
      redis.call('ZADD', expiry, int(r.at_ms), id)
    elseif r.state == 'r' then
      refund(budget, reservations, expiry, KEYS[3], id, r)
      breaker_hears(KEYS[2], id, '', now_ms)
    else
      redis.call('HDEL', reservations, id)
      redis.call('ZREM', expiry, id)
      redis.call('HINCRBY', budget, 'reservedNanoUsd', int(0 - r.cost))
      redis.call('HINCRBY', budget, 'spentNanoUsd', int(r.cost))
      redis.call('HINCRBY', budget, 'unsettledNanoUsd', int(r.cost))
      redis.call('HSET', unsettled, id, int(r.cost) .. ':' .. int(now_ms))
    end
  end
end
for first = 4, #KEYS, 4 do
  sweep(KEYS[first], KEYS[first + 1], KEYS[first + 2], KEYS[first + 3])
  for i = first, first + 3 do redis.call('EXPIRE', KEYS[i], DAY_TTL_SECONDS) end
end
redis.call('EXPIRE', KEYS[2], RATE_TTL_SECONDS)
redis.call('EXPIRE', KEYS[3], RATE_TTL_SECONDS)

local _, rpm, tpm = limits_in_force(KEYS[1], now_ms)
local closed = redis.call('HMGET', KEYS[4], 'closed', 'closedAtMs')
return { epoch, int(sequence), int(rpm or 0), int(tpm or 0), closed[1] or '', closed[2] or '0' }
