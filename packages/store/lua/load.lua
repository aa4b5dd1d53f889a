#!lua flags=no-writes
-- Loads what a pack needs: is its batch still on, which rows are settled, and each row's snapshot with its fence.
--
-- KEYS     1           batch:<id>          hash
--          2           batch:<id>:settled  bitmap, one bit a row
--          3           batch:<id>:trial    hash sku -> snapshot of a dry run
--          4           feeds:in-sync       hash
--          5..4+n      sku:<sku>           string
--          5+n..4+2n   price:<sku>         hash
-- ARGV     1 length of the part of sku:<sku> before the SKU   then 1 a row: ordinal of the row in its batch (zero-based)
-- RETURNS  status ('' = no such batch, 'behind' = it runs, but what observations moved waits for a feed); mode; settled rows as a string of 0 and 1; snapshots ('' = none);
--          live prices as 'revision price currency previousPrice pricedAt snapshotAt strategy' ('' = none), or {} when no row has one
-- ATOMIC   snapshot and fence must be of one moment, or a stale run could pass the fence

--- @include "settled-bits"
--- @include "feeds-behind"

local batch = redis.call('HMGET', KEYS[1], 'status', 'mode', 'kind')
local status = batch[1] or ''
if status == 'running' and batch[3] == 'observed' and feeds_behind(KEYS[4]) then status = 'behind' end
local n = (#KEYS - 4) / 2
local ordinals, sku_keys, price_keys = {}, {}, {}
for i = 1, n do
  ordinals[i], sku_keys[i], price_keys[i] = tonumber(ARGV[1 + i]), KEYS[4 + i], KEYS[4 + n + i]
end

local snapshots
if batch[2] == 'dry-run' then
  local skus = {}
  for i = 1, n do skus[i] = string.sub(sku_keys[i], ARGV[1] + 1) end
  snapshots = redis.call('HMGET', KEYS[3], unpack(skus))
else
  snapshots = redis.call('MGET', unpack(sku_keys))
end
for i = 1, n do snapshots[i] = snapshots[i] or '' end

-- Most packs price SKUs for the first time: one command tells that none of them has a price yet.
local prices = {}
if redis.call('EXISTS', unpack(price_keys)) > 0 then
  for i = 1, n do
    local price = redis.call('HMGET', price_keys[i], 'revision', 'price', 'currency', 'previousPrice', 'pricedAt', 'snapshotAt', 'strategy')
    for f = 1, 7 do price[f] = price[f] or '' end
    prices[i] = price[1] ~= '' and table.concat(price, ' ') or ''
  end
end
return { status, batch[2] or '', table.concat(read_settled(KEYS[2], ordinals)), snapshots, prices }
