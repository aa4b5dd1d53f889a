#!lua
-- Marks a reservation as sent, right before the first byte of its call leaves; or gives it back when it may not go any more.
--
-- KEYS     1 budget:<date> hash   2 reservations:<date> hash   3 reservations:<date>:expiry zset (ledger.lua looks when an entry is due
--          whether the lease of a call that was sent meanwhile lasts longer)   4 rate hash   5 tokens hash
-- ARGV     1 reservation id  2 how long the call may take until it is settled, ms
-- RETURNS  1 sent, now or before; 0 late: given back, or gone before
-- WRITES   reservations; if late: budget, rate, tokens
-- ATOMIC   a call that was not marked is refunded when its lease runs out: no byte of it may have left
--
-- Late: its slot is more than half a second past, and so its place in the minute; or a rest, an open breaker or a closed day came between.

--- @include "integer"
--- @include "key-types"
--- @include "clock"
--- @include "token-window"
--- @include "breaker"
--- @include "reservation"
--- @include "refund"

local USE_WITHIN_MS = 500

local held = redis.call('HGET', KEYS[2], ARGV[1])
if not held then return 0 end
local r = read_reservation(held)
if not r then return redis.error_reply('WRONGFORMAT reservation ' .. ARGV[1]) end
if r.state == 's' then return 1 end

local now_ms = math.floor(now_us() / 1000)
local rate = redis.call('HMGET', KEYS[4], 'restUntilMs', 'openUntilMs', 'probe')
local rests = (tonumber(rate[1]) or 0) > now_ms
local broken = rate[2] and rate[3] ~= ARGV[1]
local closed = redis.call('HEXISTS', KEYS[1], 'closed') == 1
if now_ms > r.at_ms + USE_WITHIN_MS or rests or broken or closed then
  local wrong = wrong_type('hash', { KEYS[5] }) or wrong_type('zset', { KEYS[3] })
  if wrong then return wrong end
  refund(KEYS[1], KEYS[2], KEYS[3], KEYS[5], ARGV[1], r)
  breaker_hears(KEYS[4], ARGV[1], '', now_ms)
  return 0
end
r.state, r.at_ms = 's', now_ms + tonumber(ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], write_reservation(r))
return 1
