#!lua
-- Stores the newest snapshot of each SKU, ordered by observedAt, and tells what a price would have to be newer than.
--
-- KEYS     1..n        sku:<sku>    string, see snapshot-text.ts; each SKU once
--          n+1..2n     price:<sku>  hash
-- ARGV     1..n        the snapshot as it would be stored if nothing were known of the SKU
--          n+1         when their request came, ms ('' = it does not matter): a snapshot of this moment said no observedAt of its own
-- RETURNS  one string a SKU: '' where nothing was known of it, else 'movedAtMs snapshotAt strategy pricedAt route' (the last four '' without a price)
-- WRITES   sku:<sku>   no TTL
-- ATOMIC   an older observation arriving late must never replace a newer one between our read and our write

--- @include "clock"
--- @include "snapshot-cells"
--- @include "conversions"

-- A stored moment that lies further ahead, ms, orders nothing that said none: the clock or the zone of who told it is wrong.
local AHEAD_MS = 60 * 1000

local n = #KEYS / 2
local arrived_at, now_ms = ARGV[n + 1], now_us() / 1000

local sku_keys = {}
for i = 1, n do sku_keys[i] = KEYS[i] end
local stored = redis.call('MGET', unpack(sku_keys))

local reply, writes = {}, {}
for i = 1, n do
  local w = #writes
  if not stored[i] then
    writes[w + 1], writes[w + 2], reply[i] = KEYS[i], ARGV[i], ''
  else
    local old_at, old_moved, basis, reference, old_body = string.match(stored[i], SNAPSHOT)
    if not old_at then return redis.error_reply('WRONGFORMAT ' .. KEYS[i] .. ' holds no snapshot') end
    local at, _, _, _, body = string.match(ARGV[i], SNAPSHOT)
    if at == arrived_at and tonumber(old_at) > now_ms + AHEAD_MS then at = old_at end
    local price = redis.call('HMGET', KEYS[n + i], 'price', 'currency', 'snapshotAt', 'strategy', 'pricedAt', 'route')
    local moved_at = old_moved ~= '' and old_moved or old_at
    if tonumber(at) >= tonumber(old_at) then
      local was, is = split(old_body), split(body)
      local moved = false
      if is[CONVERSIONS] and was[CONVERSIONS] and is[1] == was[1] and differ_by_rates_alone(was, is) then
        is[COMPETITORS], is[CONVERSIONS] = was[COMPETITORS], was[CONVERSIONS]
        body = table.concat(is, '\t')
      end
      for column = 1, math.max(#was, #is) do
        if column ~= STOCK and column ~= PRICE and column < CATEGORY then
          if (was[column] or '') ~= (is[column] or '') then moved = true end
        end
      end
      if basis == '' then basis = was[STOCK] or '' end
      if stock_moved(basis, is[STOCK] or '') then moved = true end
      if is[PRICE] ~= was[PRICE] then
        -- A stated price that only repeats the one we published is no statement of the merchant's own.
        if price[2] == is[1] and same_amount(price[1], is[PRICE]) then
          if reference == '' then reference = was[PRICE] end
        else
          reference, moved = '', true
        end
      end
      if reference == is[PRICE] then reference = '' end
      if moved then
        -- Of two observations of the same moment the later one counts; 1 ms tells its price from that of the earlier.
        moved_at = tonumber(at) > tonumber(old_at) and at or string.format('%.0f', moved_at + 1)
        basis = ''
      end
      if basis == (is[STOCK] or '') then basis = '' end
      local since = moved_at == at and '' or moved_at
      writes[w + 1], writes[w + 2] = KEYS[i], table.concat({ at, since, basis, reference, body }, '\t')
    end
    reply[i] = table.concat({ moved_at, price[3] or '', price[4] or '', price[5] or '', price[6] or '' }, ' ')
  end
end
if #writes > 0 then redis.call('MSET', unpack(writes)) end
return reply
