-- Included by the scripts that store snapshots: what came of competitors' prices in other currencies (conversions.ts of pricing). While all of
-- them are what they were, and the rates of today would move none of them by 1 % or more, they stay as they were converted.

local COMPETITORS, CONVERSIONS = 8, 15

-- Prices as they were stated -> their amounts here, and how often each is there.
local function stated(cells)
  local foreign, amounts, counts, place = {}, {}, {}, 0
  local converted = string.match(cells[CONVERSIONS], '^[^;]*;[^;]*;[^;]*;([^;]*)') or ''
  for at, price in string.gmatch(converted, '(%d+)=([^,]+)') do foreign[tonumber(at)] = price end
  for amount in string.gmatch(cells[COMPETITORS], '[^|]+') do
    local price = foreign[place] or amount
    amounts[price], counts[price], place = tonumber(amount), (counts[price] or 0) + 1, place + 1
  end
  return amounts, counts
end

local function unused(cells) return string.match(cells[CONVERSIONS], '^[^;]*;[^;]*;[^;]*;[^;]*;(.*)$') or '' end

-- Whether nothing but the rates differs, and that by less than 1 %. Both have conversions and are of one currency.
local function differ_by_rates_alone(was, is)
  if unused(was) ~= unused(is) then return false end
  local amounts_before, before = stated(was)
  local amounts, now = stated(is)
  for price, count in pairs(now) do
    if before[price] ~= count then return false end
    local from, to = amounts_before[price], amounts[price]
    if from ~= to and math.abs(to - from) * 100 >= from then return false end
  end
  for price in pairs(before) do
    if not now[price] then return false end
  end
  return true
end
