-- Included by the scripts that mark SKUs dirty: a SKU waits in one of the sets dirty:critical, :high, :normal, :low at the time when it is due.

--- @include "linger"

local CRITICAL, HIGH, NORMAL, LOW = 1, 2, 3, 4

-- Marks a SKU. False where it waits already, as urgent or more; a less urgent one is raised with its place in time.
local function mark_dirty(sets, calm, sku, urgency, now_ms)
  local calm_until = tonumber(redis.call('ZSCORE', calm, sku) or 0)
  for at = CRITICAL, LOW do
    local due = redis.call('ZSCORE', sets[at], sku)
    if due then
      if at <= urgency then return false end
      redis.call('ZREM', sets[at], sku)
      local marked = math.min(tonumber(due) - LINGER_MS[at], now_ms)
      redis.call('ZADD', sets[urgency], string.format('%.0f', math.max(marked, calm_until)), sku)
      return true
    end
  end
  local due = math.max(now_ms + LINGER_MS[urgency], calm_until)
  redis.call('ZADD', sets[urgency], string.format('%.0f', due), sku)
  return true
end
