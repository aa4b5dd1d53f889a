#!lua flags=no-writes
-- Loads what a pack needs: is its batch still on, which rows are settled, and each row's snapshot with its fence.
--
-- KEYS     1           batch:<id>          hash
--          2           batch:<id>:settled  bitmap, one bit a row
--          3           batch:<id>:trial    hash sku -> snapshot of a dry run
--          4..3+n      sku:<sku>           string
--          4+n..3+2n   price:<sku>         hash
-- ARGV     2 a row: ordinal of the row in its batch (zero-based), SKU
-- RETURNS  status ('' = no such batch), mode, then 4 a row: settled (0 or 1), snapshot ('' = none),
--          fence (revision of the live price, 0 = none), live price as decimal text with its currency ('' = none)
-- ATOMIC   snapshot and fence must be of one moment, or a stale run could pass the fence

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode')
local n = (#KEYS - 3) / 2
local reply = { batch[1] or '', batch[2] or '' }
local reads = {}
for i = 1, n do
  reads[i * 3 - 2], reads[i * 3 - 1], reads[i * 3] = 'GET', 'u1', ARGV[i * 2 - 1]
end
local settled = redis.call('BITFIELD_RO', KEYS[2], unpack(reads))

-- One command for all snapshots; and mostly one that tells that none of the SKUs has a price yet.
local skus, sku_keys, price_keys = {}, {}, {}
for i = 1, n do
  skus[i], sku_keys[i], price_keys[i] = ARGV[i * 2], KEYS[3 + i], KEYS[3 + n + i]
end
local snapshots
if batch[2] == 'dry-run' then
  snapshots = redis.call('HMGET', KEYS[3], unpack(skus))
else
  snapshots = redis.call('MGET', unpack(sku_keys))
end
local none_live = redis.call('EXISTS', unpack(price_keys)) == 0

for i = 1, n do
  local at = i * 4 - 2
  if settled[i] == 1 then
    reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = 1, '', 0, ''
  else
    local price = none_live and {} or redis.call('HMGET', price_keys[i], 'revision', 'price', 'currency')
    reply[at + 1], reply[at + 2], reply[at + 3] = 0, snapshots[i] or '', tonumber(price[1] or 0)
    reply[at + 4] = price[2] and (price[2] .. ' ' .. price[3]) or ''
  end
end
return reply
