-- Included by the scripts that ask whether what a canary priced still counts. As isRetired of canary.ts.

-- Up to when prices of canaries hold no longer, ms; and when canaries answered whose prices stay: 'from-until from-until', ms.
local function read_retired(routes_key)
  local routes = redis.call('HMGET', routes_key, 'retiredAtMs', 'kept')
  return tonumber(routes[1] or '0'), routes[2] or ''
end

-- Whether a canary made a price at this moment, ms, that stays.
local function is_kept(kept, priced_ms)
  for from, till in string.gmatch(kept, '(%d+)-(%d+)') do
    if priced_ms >= tonumber(from) and priced_ms <= tonumber(till) then return true end
  end
  return false
end
