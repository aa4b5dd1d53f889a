-- Included by the scripts that mark SKUs dirty: a SKU waits in one of the sets dirty:critical, :high, :normal, :low at the time when it is due.

local CRITICAL, HIGH, NORMAL, LOW = 1, 2, 3, 4
-- So long the less urgent wait for others to share a call with, ms.
local LINGER_MS = { 0, 0, 200, 1000 }

-- Marks a SKU. False where it waits already, as urgent or more; a less urgent one is raised with its place in time.
local function mark_dirty(sets, calm, sku, urgency, now_ms)
  local earliest = math.max(now_ms, tonumber(redis.call('ZSCORE', calm, sku) or 0))
  for at = CRITICAL, LOW do
    local due = redis.call('ZSCORE', sets[at], sku)
    if due then
      if at <= urgency then return false end
      redis.call('ZREM', sets[at], sku)
      redis.call('ZADD', sets[urgency], string.format('%.0f', math.min(tonumber(due), earliest)), sku)
      return true
    end
  end
  local due = math.max(now_ms + LINGER_MS[urgency], earliest)
  redis.call('ZADD', sets[urgency], string.format('%.0f', due), sku)
  return true
end
