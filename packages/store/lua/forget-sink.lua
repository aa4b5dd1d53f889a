#!lua
-- Forgets a sink: its place in the change stream, its dead letters, all that is known of it.
--
-- KEYS     1 changes stream   2 sinks:registered set   3 changes:keep string   4.. every key of the sink
-- ARGV     1 name
-- RETURNS  1 forgotten; 0 it was not known
-- WRITES   all of them
-- ATOMIC   half of a sink would hold the stream for nobody

if redis.call('SREM', KEYS[2], ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('XGROUP', 'DESTROY', KEYS[1], ARGV[1]) end
redis.call('DEL', unpack(KEYS, 4))
if redis.call('SCARD', KEYS[2]) == 0 then redis.call('DEL', KEYS[3]) end
return 1
