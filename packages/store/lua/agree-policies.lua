#!lua
-- Tells by which versions of its strategies a worker prices, and notes a version as that in force once all live workers price by it.
--
-- KEYS     1 processes zset id -> last sign of life, ms  2 policies:workers hash id -> 'strategy=version\t…', of one
--          that has left '@when\tstrategy=version\t…'  3 policies hash
-- ARGV     1 process id  2 how old a sign of life of the living may be, ms  then 2 a strategy: name, version
-- RETURNS  the strategies that another live worker prices by another version
-- WRITES   policies:workers (an entry a live worker, and for half a second one that has left), policies (no TTL)
-- ATOMIC   two workers that look at the same time must not each find itself alone

--- @include "clock"

local now_ms = math.floor(now_us() / 1000)
local own = {}
for i = 3, #ARGV, 2 do own[#own + 1] = ARGV[i] .. '=' .. ARGV[i + 1] end
redis.call('HSET', KEYS[2], ARGV[1], table.concat(own, '\t'))

-- A worker's clock is left alone while it is no further ahead than this (clock.ts): what one that has left priced last may seem later by as much, ms.
local CLOCKS_DIFFER_MS = 500

local others = {}
local told = redis.call('HGETALL', KEYS[2])
for i = 1, #told, 2 do
  if told[i] ~= ARGV[1] then
    local id, text = told[i], told[i + 1]
    local seen_ms = tonumber(redis.call('ZSCORE', KEYS[1], id))
    local left_ms = tonumber(string.match(text, '^@(%d+)\t'))
    if not seen_ms and not left_ms then
      left_ms = now_ms
      redis.call('HSET', KEYS[2], id, string.format('@%.0f\t', now_ms) .. text)
    end
    if left_ms and now_ms - left_ms > CLOCKS_DIFFER_MS then redis.call('HDEL', KEYS[2], id)
    elseif left_ms or now_ms - seen_ms <= tonumber(ARGV[2]) then
      for name, version in string.gmatch(text, '([^\t=]+)=([^\t]+)') do
        others[name] = others[name] or {}
        table.insert(others[name], { version = version, lives = not left_ms })
      end
    end
  end
end

local differing = {}
for i = 3, #ARGV, 2 do
  local name, version, agreed, differs = ARGV[i], ARGV[i + 1], true, false
  for _, other in ipairs(others[name] or {}) do
    if other.version ~= version then agreed, differs = false, differs or other.lives end
  end
  if differs then differing[#differing + 1] = name end
  if agreed then
    local known = redis.call('HGET', KEYS[3], name)
    -- Of prices from before the first version nobody knows by which they were made: they stand.
    local since = known and string.format('%.0f', now_ms) or '0'
    if not known or string.match(known, '^[^\t]*') ~= version then redis.call('HSET', KEYS[3], name, version .. '\t' .. since) end
  end
end
return differing
