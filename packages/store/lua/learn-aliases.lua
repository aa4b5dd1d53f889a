#!lua
-- Learns which SKUs stand behind ids of a source's own, beside those that are known.
--
-- KEYS     1 aliases hash of the source: id -> the SKUs behind it, a line each, the newest last
-- ARGV     1 most SKUs of one id: the newest are kept   then 2 each: id, SKU
-- RETURNS  how many were new
-- WRITES   the hash, no TTL
-- ATOMIC   two uploads at the same moment may each tell a SKU of the same id

local most, learned = tonumber(ARGV[1]), 0
for i = 2, #ARGV, 2 do
  local id, sku = ARGV[i], ARGV[i + 1]
  local skus, is_known = {}, false
  for known in string.gmatch(redis.call('HGET', KEYS[1], id) or '', '[^\n]+') do
    skus[#skus + 1] = known
    is_known = is_known or known == sku
  end
  if not is_known then
    skus[#skus + 1] = sku
    if #skus > most then table.remove(skus, 1) end
    redis.call('HSET', KEYS[1], id, table.concat(skus, '\n'))
    learned = learned + 1
  end
end
return learned
