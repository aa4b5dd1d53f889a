#!lua
-- Forgets a held price that a person rejected.
--
-- KEYS     1 held:<sku> string   2 held zset
-- ARGV     1 sku  2 the held price as JSON, as the person saw it
-- RETURNS  1 forgotten; 0 something else is held by now, or nothing: it stays as it is
-- WRITES   held:<sku>, held
-- ATOMIC   a newer suggestion that nobody has seen yet must not go with an older one

if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
