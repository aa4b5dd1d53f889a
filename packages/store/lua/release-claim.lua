#!lua
-- Gives an Idempotency-Key back whose request was not accepted.
--
-- KEYS     1 idempotency:<hash> string (keys.ts)
-- ARGV     1 token of the request
-- RETURNS  1 given back, 0 it was not this request's any more
-- WRITES   idempotency:<hash>
-- ATOMIC   the claim of another must stay

if redis.call('GET', KEYS[1]) ~= 'claim\t' .. ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
