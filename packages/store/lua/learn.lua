#!lua
-- Takes note of what the gateway tells of its own limits: see limits-in-force.lua for which holds, and how long.
--
-- KEYS     1 limits hash (learnedRpm, learnedRpmAtMs, learnedTpm, learnedTpmAtMs)
-- ARGV     1 requests and 2 tokens a minute, 0 = it did not tell
-- RETURNS  nothing
-- WRITES   limits (no TTL)
-- ATOMIC   of two workers that hear of two limits the lower must win

--- @include "integer"
--- @include "clock"
--- @include "limits-in-force"

local now_ms = math.floor(now_us() / 1000)
for i, name in ipairs({ 'learnedRpm', 'learnedTpm' }) do
  local told = tonumber(ARGV[i])
  local known = redis.call('HMGET', KEYS[1], name, name .. 'AtMs')
  local holds = is_fresh(known[2], now_ms) and tonumber(known[1]) or 0
  if told > 0 and (holds <= 0 or told <= holds) then
    redis.call('HSET', KEYS[1], name, int(told), name .. 'AtMs', int(now_ms))
  end
end
