#!lua
-- Forgets a batch that was not received whole, or whose acceptance nobody was told of.
--
-- KEYS     1 batches zset   2 batch:<id> hash   3..8 its parts (keys.ts)   9 idempotency:<hash> string; only if the request had a key
-- ARGV     1 batch id
-- RETURNS  1 forgotten; 0 a resend with the same key was told that it is accepted: it stays
-- WRITES   all of these keys
-- ATOMIC   a batch that a resend got back must stay, and a key must not stand for a batch that is gone

local record = KEYS[9] and redis.call('GET', KEYS[9]) or ''
local batch, told = string.match(record, '^done\t[^\t]+\t([^\t]+)(.*)$')
if batch == ARGV[1] and told ~= '' then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
for i = 2, 8 do redis.call('UNLINK', KEYS[i]) end
if batch == ARGV[1] then redis.call('DEL', KEYS[9]) end
return 1
