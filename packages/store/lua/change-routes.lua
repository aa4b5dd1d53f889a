#!lua
-- Changes the routes, if nobody has changed them since they were read.
--
-- KEYS     1 routes hash
-- ARGV     1 the version that was read, '0' = there were none  2 '1' = what the canary priced up to this moment holds no longer
--          3.. fields and values of the new routes in turn, `version` among them
-- RETURNS  1 changed, 0 somebody was faster: nothing was done
-- WRITES   routes, no TTL: what is rolled back stays so over restarts
-- ATOMIC   a judge must not roll back the successor of the canary that it judged, nor two people's changes be mixed

--- @include "clock"

if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
-- Whoever asked for the change read the clock a moment ago, and prices were published since; a worker's clock is left alone while it is no
-- further ahead than this (clock.ts), ms.
local CLOCKS_DIFFER_MS = 500
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[1], 'retiredAtMs', string.format('%.0f', math.floor(now_us() / 1000) + CLOCKS_DIFFER_MS))
end
return 1
