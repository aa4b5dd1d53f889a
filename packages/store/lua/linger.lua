-- Included by the scripts of the dirty set: how long the less urgent wait for others to share a call with, ms; critical and high do not.

local LINGER_MS = { 0, 0, 1000, 5000 }

-- Whether a SKU may be taken though it is not due yet, since another one of its priority is: unless a burst of its own holds it back.
local function may_share(calm, sku, due_ms, urgency, now_ms)
  return due_ms <= now_ms + LINGER_MS[urgency] and tonumber(redis.call('ZSCORE', calm, sku) or 0) <= now_ms
end
