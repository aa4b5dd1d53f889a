#!lua
-- Changes that a sink took: they are done.
--
-- KEYS     1 changes stream   2 sink:<name> hash   3 sink:<name>:attempts hash
-- ARGV     1 name   2.. ids of entries
-- RETURNS  how many of them were open
-- WRITES   the group, and of sink:<name> delivered, lastDeliveredAtMs; the attempts
-- ATOMIC   each is counted once

--- @include "clock"
--- @include "integer"

if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then return 0 end
local acknowledged = redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
redis.call('HDEL', KEYS[3], unpack(ARGV, 2))
if acknowledged > 0 then
  redis.call('HINCRBY', KEYS[2], 'delivered', acknowledged)
  redis.call('HSET', KEYS[2], 'lastDeliveredAtMs', int(math.floor(now_us() / 1000)))
end
return acknowledged
