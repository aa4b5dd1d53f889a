#!lua flags=allow-oom
-- Books the true cost of a call and gives the rest of its reservation back, on the day it was reserved. Safe to run any number of times.
-- Runs also when Redis is out of memory, since it frees more than it takes.
--
-- KEYS     1 budget:<date> hash   2 reservations:<date> hash   3 reservations:<date>:expiry zset   4 unsettled:<date> hash
--          5 rate hash   6 tokens hash   7 limits hash   8 batch:<id> hash
-- ARGV     1 reservation id  2 true cost, nano-USD  3 true tokens  4 '1' the call was sent, '0' it was provably not
--          5 what its end tells of the gateway: 'ok', 'failed' or ''  6 epoch of the ledger that granted it
-- RETURNS  1 settled; 2 settled, and the gateway billed more than the worst case: the day is closed; 0 settled before
-- WRITES   budget, reservations, unsettled, tokens, breaker; calls, tokens, costNanoUsd of the batch
-- ATOMIC   a reservation must end once, as spent or as given back

--- @include "integer"
--- @include "key-types"
--- @include "clock"
--- @include "token-window"
--- @include "breaker"
--- @include "reservation"
--- @include "refund"

local wrong = wrong_type('hash', { KEYS[5], KEYS[6] })
if wrong then return wrong end

local id, cost, tokens, sent = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now_ms = math.floor(now_us() / 1000)
local held = redis.call('HGET', KEYS[2], id)
local unsettled = not held and redis.call('HGET', KEYS[4], id)
local lost = not held and not unsettled and redis.call('HGET', KEYS[7], 'epoch') ~= ARGV[6]
local r = held and read_reservation(held)
if held and not r then return redis.error_reply('WRONGFORMAT reservation ' .. id) end
if not held and not unsettled and not (lost and sent) then return 0 end
local day = redis.call('HMGET', KEYS[1], 'spentNanoUsd', 'reservedNanoUsd')

-- The first write, so that a foreign value in place of the zset stops it here.
if held then redis.call('ZREM', KEYS[3], id) end
breaker_hears(KEYS[5], id, ARGV[5], now_ms)
if held and not sent then
  refund(KEYS[1], KEYS[2], KEYS[3], KEYS[6], id, r)
  return 1
end
-- What a lease that ran out was charged is replaced by what the call truly cost.
local charged = unsettled and tonumber(string.match(unsettled, '^(%d+):')) or 0
local spent = (tonumber(day[1]) or 0) - charged + (sent and cost or 0)
if held then
  redis.call('HDEL', KEYS[2], id)
  redis.call('HSET', KEYS[1], 'spentNanoUsd', int(spent), 'reservedNanoUsd', int((tonumber(day[2]) or 0) - r.cost))
  correct_tokens(KEYS[6], r.bucket, tokens - r.tokens)
else
  redis.call('HSET', KEYS[1], 'spentNanoUsd', int(spent))
  if unsettled then
    redis.call('HDEL', KEYS[4], id)
    redis.call('HINCRBY', KEYS[1], 'unsettledNanoUsd', int(0 - charged))
  end
end
if not sent then return 1 end
local batch = redis.call('HMGET', KEYS[8], 'status', 'calls', 'tokens', 'costNanoUsd')
if batch[1] then
  local function plus(figure, more) return int((tonumber(figure) or 0) + more) end
  redis.call('HSET', KEYS[8], 'calls', plus(batch[2], 1), 'tokens', plus(batch[3], tokens), 'costNanoUsd', plus(batch[4], cost))
end
local worst = r and r.cost or charged
if worst > 0 and cost > worst then
  redis.call('HINCRBY', KEYS[1], 'overNanoUsd', int(cost - worst))
  redis.call('HSET', KEYS[1], 'closed', 'overbilled', 'closedAtMs', int(now_ms))
  return 2
end
return 1
