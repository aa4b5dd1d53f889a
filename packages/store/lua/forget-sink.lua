#!lua
-- Forgets a sink: its settings, its place in the change stream, its dead letters, all that is known of it.
--
-- KEYS     1 changes stream   2 sinks:registered set   3 changes:keep string   4 sinks hash   5 sinks:removed set
--          6.. every key of the sink
-- ARGV     1 name   2 '1' = only if no settings of it are saved
-- RETURNS  1 forgotten; 0 it was not known, or its settings are saved: nothing was done
-- WRITES   all of them
-- ATOMIC   half of a sink would hold the stream for nobody, and one that was saved again must stay

if ARGV[2] == '1' and redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then return 0 end
local was_saved = redis.call('HDEL', KEYS[4], ARGV[1])
if redis.call('SREM', KEYS[2], ARGV[1]) == 0 then return was_saved end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('XGROUP', 'DESTROY', KEYS[1], ARGV[1]) end
redis.call('DEL', unpack(KEYS, 6))
redis.call('SREM', KEYS[5], ARGV[1])
if redis.call('SCARD', KEYS[2]) == 0 then redis.call('DEL', KEYS[3]) end
return 1
