#!lua
-- Gives the lease of a sink back.
--
-- KEYS     1 sink:<name>:lease string
-- ARGV     1 process id
-- RETURNS  1 given back; 0 another process holds it, or nobody
-- WRITES   the lease
-- ATOMIC   the lease of a successor must stay

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
