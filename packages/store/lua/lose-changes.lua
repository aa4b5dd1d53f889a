#!lua
-- Changes that a sink was handed, and that the stream cut before it took them: nobody has them any more.
--
-- KEYS     1 changes stream   2 sink:<name> hash   3 sink:<name>:attempts hash
-- ARGV     1 name   2.. ids of entries
-- RETURNS  how many of them were open
-- WRITES   the group, the attempts, and of sink:<name> gapMessages, gapSinceMs
-- ATOMIC   each is counted once

--- @include "clock"
--- @include "integer"

if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then return 0 end
local lost = redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
redis.call('HDEL', KEYS[3], unpack(ARGV, 2))
if lost > 0 then
  redis.call('HINCRBY', KEYS[2], 'gapMessages', lost)
  redis.call('HSETNX', KEYS[2], 'gapSinceMs', int(math.floor(now_us() / 1000)))
end
return lost
