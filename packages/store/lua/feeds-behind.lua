-- Included by the scripts that price what observations moved: none of it while a feed that must be in sync is not.

--- @include "clock"

-- Whether one is not. A feed that died says nothing, so what it last said runs out.
local function feeds_behind(in_sync_key)
  local in_sync_until = redis.call('HVALS', in_sync_key)
  if #in_sync_until == 0 then return false end
  local now_ms = math.floor(now_us() / 1000)
  for _, until_ms in ipairs(in_sync_until) do
    if tonumber(until_ms) < now_ms then return true end
  end
  return false
end
