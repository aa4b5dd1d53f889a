#!lua
-- Stores the newest snapshot of each SKU, ordered by observedAt, and tells what a price would have to be newer than.
--
-- KEYS     1..n        sku:<sku>    string, see snapshot-text.ts
--          n+1..2n     price:<sku>  hash
-- ARGV     3 a SKU: observedAtMs; body (snapshot-text.ts); stated price as decimal text
-- RETURNS  3 a SKU: movedAtMs of the snapshot now stored; snapshotAt and strategy of its price ('' where it has none)
-- WRITES   sku:<sku>   no TTL
-- ATOMIC   an older observation arriving late must never replace a newer one between our read and our write

local n = #KEYS / 2

-- Columns of a body that are compared literally; stock (3) has a tolerance, the stated price (2) its own rule.
local STOCK, PRICE, CATEGORY, TITLE = 3, 2, 13, 14

local function split(text)
  local cells, from = {}, 1
  while true do
    local at = string.find(text, '\t', from, true)
    if not at then
      cells[#cells + 1] = string.sub(text, from)
      return cells
    end
    cells[#cells + 1] = string.sub(text, from, at - 1)
    from = at + 1
  end
end

local function stock_moved(basis, stock)
  if basis == stock then return false end
  local a, b = tonumber(basis), tonumber(stock)
  if not a or not b then return true end
  if (a == 0) ~= (b == 0) then return true end
  return math.abs(b - a) * 10 >= a
end

local sku_keys = {}
for i = 1, n do sku_keys[i] = KEYS[i] end
local stored = redis.call('MGET', unpack(sku_keys))

local reply, writes = {}, {}
local function store(key, snapshot)
  writes[#writes + 1] = key
  writes[#writes + 1] = snapshot
end
for i = 1, n do
  local at, body, stated = ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3]
  local old = stored[i]
  local moved_at = at
  if not old then
    store(KEYS[i], at .. '\t\t\t\t' .. body)
    reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = moved_at, '', ''
  else
    local old_at, old_moved, basis, reference, old_body = string.match(old, '^(%d+)\t(%d*)\t([^\t]*)\t(%d*)\t(.*)$')
    if not old_at then return redis.error_reply('WRONGFORMAT ' .. KEYS[i] .. ' holds no snapshot') end
    local price = redis.call('HMGET', KEYS[n + i], 'price', 'currency', 'snapshotAt', 'strategy')
    moved_at = old_moved ~= '' and old_moved or old_at
    if tonumber(at) >= tonumber(old_at) then
      local was, is = split(old_body), split(body)
      local moved = false
      for column = 1, math.max(#was, #is) do
        if column ~= STOCK and column ~= PRICE and column ~= CATEGORY and column ~= TITLE then
          if (was[column] or '') ~= (is[column] or '') then moved = true end
        end
      end
      if basis == '' then basis = was[STOCK] or '' end
      if stock_moved(basis, is[STOCK] or '') then moved = true end
      if is[PRICE] ~= was[PRICE] then
        -- A stated price that only repeats the one we published is no statement of the merchant's own.
        if price[1] == stated and price[2] == is[1] then
          if reference == '' then reference = was[PRICE] end
        else
          reference, moved = '', true
        end
      end
      if reference == is[PRICE] then reference = '' end
      if moved then moved_at, basis = at, '' end
      if basis == (is[STOCK] or '') then basis = '' end
      store(KEYS[i], at .. '\t' .. (moved_at == at and '' or moved_at) .. '\t' .. basis .. '\t' .. reference .. '\t' .. body)
    end
    reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = moved_at, price[3] or '', price[4] or ''
  end
end
if #writes > 0 then redis.call('MSET', unpack(writes)) end
return reply
