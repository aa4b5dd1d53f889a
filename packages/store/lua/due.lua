#!lua flags=no-writes
-- Tells which dirty SKUs are due, the most urgent first, those that wait longest first; beside one that is due, those that will be soon.
--
-- KEYS     1..4 dirty:critical, dirty:high, dirty:normal, dirty:low  zset sku -> when it is due, ms   5 feeds:in-sync hash
--          6 dirty:calm  zset sku -> until when it is not taken again, ms
-- ARGV     1 how many of each at most
-- RETURNS  now, ms; '1' a feed is behind, '' not; then one list of SKUs a priority, all empty while a feed is behind
-- ATOMIC   a SKU that is raised between two reads would be told twice, or not at all

--- @include "feeds-behind"
--- @include "linger"

local limit, now_ms = tonumber(ARGV[1]), math.floor(now_us() / 1000)
local now = string.format('%.0f', now_ms)
if feeds_behind(KEYS[5]) then return { now, '1', {}, {}, {}, {} } end
local reply = { now, '' }
for i = 1, 4 do
  local skus = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'LIMIT', 0, limit)
  if #skus > 0 and #skus < limit and LINGER_MS[i] > 0 then
    local soon = string.format('%.0f', now_ms + LINGER_MS[i])
    local others = redis.call('ZRANGEBYSCORE', KEYS[i], '(' .. now, soon, 'WITHSCORES', 'LIMIT', 0, limit - #skus)
    for at = 1, #others, 2 do
      if may_share(KEYS[6], others[at], tonumber(others[at + 1]), i, now_ms) then skus[#skus + 1] = others[at] end
    end
  end
  reply[2 + i] = skus
end
return reply
