-- Included by the scripts that compare the times of a price: '2026-11-21T09:30:00.000Z' as ms since 1970, nil for any other text.
local function iso_ms(text)
  local y, m, d, h, min, s, ms = string.match(text or '', '^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)%.(%d%d%d)Z$')
  if not y then return nil end
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  if m <= 2 then y, m = y - 1, m + 12 end
  -- Days since 1970-01-01 in the Gregorian calendar, with years that begin in March.
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) + math.floor((153 * m - 457) / 5) + d - 719469
  return (((days * 24 + h) * 60 + min) * 60 + s) * 1000 + ms
end
