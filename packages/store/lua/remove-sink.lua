#!lua
-- A sink that nobody delivers to, and that no process names any more: it is compared no longer. Its place is kept.
--
-- KEYS     1 sinks:registered set   2 sinks:removed set   3 sink:<name>:lease string
-- ARGV     1 name
-- RETURNS  1 removed; 0 it was so before, a process delivers to it, or it is not known: nothing was done
-- WRITES   2
-- ATOMIC   one that a process takes over at this moment must stay

if redis.call('EXISTS', KEYS[3]) == 1 or redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('SADD', KEYS[2], ARGV[1])
