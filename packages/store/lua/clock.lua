-- Included by the scripts that tell time: Redis' own clock, which is one for all workers. A simulation puts its own in this place.
local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
