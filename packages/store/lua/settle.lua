#!lua
-- Books the true cost of a call and gives the rest of its reservation back. Safe to run any number of times.
--
-- KEYS     1 limits hash   2 budget:<date> hash   3 reservations:<date> hash   4 reservations:<date>:expiry zset
--          5 rate hash   6 batch:<id> hash
-- ARGV     1 reservation id  2 true cost, nano-USD  3 true tokens  4 '1' the call was sent, '0' it was provably not
-- RETURNS  1 settled, 2 settled and the gateway billed more than the worst case, 0 no such reservation (settled or expired before)
-- WRITES   budget, reservations, tokenAtUs; calls, tokens, costNanoUsd of the batch
-- ATOMIC   a reservation must end once, as spent or as given back

--- @include "token-bucket"

local held = redis.call('HGET', KEYS[3], ARGV[1])
if not held then return 0 end
local held_cost, held_tokens = string.match(held, '^(%d+):(%d+):%d+$')
if not held_cost then return redis.error_reply('WRONGFORMAT reservation ' .. ARGV[1]) end
local cost, tokens, sent = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local tpm = tonumber(redis.call('HGET', KEYS[1], 'tpm')) or 0
local token_at = tonumber(redis.call('HGET', KEYS[5], 'tokenAtUs'))
local known = redis.call('EXISTS', KEYS[6]) == 1

redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HINCRBY', KEYS[2], 'reservedNanoUsd', string.format('%.0f', 0 - held_cost))
if tpm > 0 and token_at then
  local _, slot = token_bucket(tpm)
  local back = math.floor((tonumber(held_tokens) - (sent and tokens or 0)) * slot)
  redis.call('HSET', KEYS[5], 'tokenAtUs', string.format('%.0f', token_at - back))
end
if not sent then return 1 end
redis.call('HINCRBY', KEYS[2], 'spentNanoUsd', ARGV[2])
if known then
  redis.call('HINCRBY', KEYS[6], 'calls', 1)
  redis.call('HINCRBY', KEYS[6], 'tokens', ARGV[3])
  redis.call('HINCRBY', KEYS[6], 'costNanoUsd', ARGV[2])
end
if cost > tonumber(held_cost) then
  redis.call('HINCRBY', KEYS[2], 'overNanoUsd', string.format('%.0f', cost - held_cost))
  return 2
end
return 1
