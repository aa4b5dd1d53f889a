#!lua
-- Takes an Idempotency-Key for a request, or tells who has it; by whoever has it already it prolongs the claim.
--
-- KEYS     1 idempotency:<hash> string (keys.ts)
-- ARGV     1 token of the request  2 how long the claim holds unless it is prolonged, ms
-- RETURNS  {'claimed'}; {'busy', ms until the claim of another runs out}; {'done', request hash, batch id}
-- WRITES   idempotency:<hash> (TTL of the claim; that of an accepted request stays)
-- ATOMIC   of many equal requests at once one may have the key

local record = redis.call('GET', KEYS[1])
local mine = 'claim\t' .. ARGV[1]
if not record or record == mine then
  redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
  return { 'claimed' }
end
if string.sub(record, 1, 6) == 'claim\t' then return { 'busy', redis.call('PTTL', KEYS[1]) } end
local hash, batch, told = string.match(record, '^done\t([^\t]+)\t([^\t]+)(.*)$')
if not hash then return redis.error_reply('WRONGFORMAT ' .. KEYS[1] .. ' holds no idempotency record') end
-- From here on the batch stays, also if whoever sent it first was told that nothing was accepted (abandon.lua).
if told == '' then redis.call('SET', KEYS[1], record .. '\ttold', 'KEEPTTL') end
return { 'done', hash, batch }
