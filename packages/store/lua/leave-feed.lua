#!lua
-- A process gives up the lease of a feed, so that another one takes it at once.
--
-- KEYS     1 feeds:lease:<name> string
-- ARGV     1 token of the process
-- RETURNS  1 given up, 0 it was not its own
-- WRITES   deletes the lease
-- ATOMIC   the lease of the next process must not be deleted

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
