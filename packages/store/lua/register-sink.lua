#!lua
-- Makes a sink known: from now on the change stream keeps what it has not had. Of one that is known only the description changes.
--
-- KEYS     1 changes stream   2 sinks:registered set   3 sink:<name> hash   4 changes:keep string
-- ARGV     1 name   2 entries that the stream keeps for sinks   3 '1' = a new one gets every live price first   4.. name and value of each field
-- RETURNS  1 new; 0 known before
-- WRITES   all four, no TTL
-- ATOMIC   a sink that is told to be there must get every change from then on

--- @include "clock"
--- @include "integer"
--- @include "group-position"

local is_new = redis.call('SADD', KEYS[2], ARGV[1]) == 1
local now_ms = math.floor(now_us() / 1000)
redis.call('SET', KEYS[4], ARGV[2])
redis.call('HSET', KEYS[3], unpack(ARGV, 4))
if redis.call('HSETNX', KEYS[3], 'state', 'delivering') == 1 then redis.call('HSET', KEYS[3], 'sinceMs', int(now_ms)) end
local group, stream = group_position(KEYS[1], ARGV[1])
if not group then
  redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '$', 'MKSTREAM', 'ENTRIESREAD', stream and stream['entries-added'] or 0)
  if ARGV[3] == '1' and is_new then redis.call('HSET', KEYS[3], 'resync', int(now_ms), 'resyncAtMs', int(now_ms), 'gapAtResync', 0) end
end
return is_new and 1 or 0
