#!lua
-- Tells by which versions of its strategies a worker prices, and notes a version as that in force once all live workers price by it.
--
-- KEYS     1 processes zset id -> last sign of life, ms  2 policies:workers hash id -> 'strategy=version\t…'  3 policies hash
-- ARGV     1 process id  2 how old a sign of life of the living may be, ms  then 2 a strategy: name, version
-- RETURNS  the strategies that another live worker prices by another version
-- WRITES   policies:workers (an entry a live worker), policies (no TTL)
-- ATOMIC   two workers that look at the same time must not each find itself alone

--- @include "clock"

local now_ms = math.floor(now_us() / 1000)
local own = {}
for i = 3, #ARGV, 2 do own[#own + 1] = ARGV[i] .. '=' .. ARGV[i + 1] end
redis.call('HSET', KEYS[2], ARGV[1], table.concat(own, '\t'))

local others = {}
local told = redis.call('HGETALL', KEYS[2])
for i = 1, #told, 2 do
  if told[i] ~= ARGV[1] then
    local seen_ms = tonumber(redis.call('ZSCORE', KEYS[1], told[i]))
    if not seen_ms then redis.call('HDEL', KEYS[2], told[i])
    elseif now_ms - seen_ms <= tonumber(ARGV[2]) then
      for name, version in string.gmatch(told[i + 1], '([^\t=]+)=([^\t]+)') do
        others[name] = others[name] or {}
        table.insert(others[name], version)
      end
    end
  end
end

local differing = {}
for i = 3, #ARGV, 2 do
  local name, version, agreed = ARGV[i], ARGV[i + 1], true
  for _, other in ipairs(others[name] or {}) do agreed = agreed and other == version end
  if not agreed then
    differing[#differing + 1] = name
  else
    local known = redis.call('HGET', KEYS[3], name)
    -- Of prices from before the first version nobody knows by which they were made: they stand.
    local since = known and string.format('%.0f', now_ms) or '0'
    if not known or string.match(known, '^[^\t]*') ~= version then redis.call('HSET', KEYS[3], name, version .. '\t' .. since) end
  end
end
return differing
