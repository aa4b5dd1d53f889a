-- Included by the scripts that compare the times of a price: '2026-11-21T09:30:00.000Z' as ms since 1970, nil for no text.

-- Midnights by their date: the prices of a call are of few days.
local midnights = {}

local function midnight(date)
  local y, m, d = tonumber(string.sub(date, 1, 4)), tonumber(string.sub(date, 6, 7)), tonumber(string.sub(date, 9, 10))
  if m <= 2 then y, m = y - 1, m + 12 end
  -- Days since 1970-01-01 in the Gregorian calendar, with years that begin in March.
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) + math.floor((153 * m - 457) / 5) + d - 719469
  return days * 86400000
end

local function iso_ms(text)
  if not text or text == '' then return nil end
  local date = string.sub(text, 1, 10)
  local at = midnights[date]
  if not at then
    at = midnight(date)
    midnights[date] = at
  end
  -- Each digit is 48 above its number.
  local h1, h2, _, m1, m2, _, s1, s2, _, f1, f2, f3 = string.byte(text, 12, 23)
  local seconds = ((h1 * 10 + h2 - 528) * 60 + m1 * 10 + m2 - 528) * 60 + s1 * 10 + s2 - 528
  return at + seconds * 1000 + f1 * 100 + f2 * 10 + f3 - 5328
end
