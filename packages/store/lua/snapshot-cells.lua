-- Included by the scripts that compare snapshots: what a stored snapshot (snapshot-text.ts) is made of, and whether a column moved.

local SNAPSHOT = '^(%d+)\t(%d*)\t([^\t]*)\t(%d*)\t(.*)$'

-- Columns of a body: those before the category are compared literally, but that stock has a tolerance and the stated price its own rule.
local PRICE, STOCK, CATEGORY = 2, 3, 13

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

-- Whether a price, as decimal text, is this amount of minor units.
local function same_amount(price, minor)
  return price and tonumber((string.gsub(price, '%.', ''))) == tonumber(minor)
end
