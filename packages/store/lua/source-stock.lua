#!lua
-- What a source told of one of its things: that it is a SKU with so much stock in all, or so much of it at one place. Kept until the other half comes:
-- a level does not name its SKU, and a total does not say what lies where.
--
-- The stock is the sum of the levels. What lies at places that have told no level yet is `rest`: the total less the levels known when it was
-- told. A level that comes later and is not newer is in that total, too. A place that tells its first level after it was part of the rest by
-- nobody knows how much; so the rest is known again with the next total. While the source has only ever named one place, all lies there.
--
-- KEYS     1 item hash: `sku`, `at` of the item, `rest`, `total` = 'units at' by which it was known, `counted`, and `l:<place>` =
--            'available at', available '' = not counted
--          2 only place string: the one place that the source has ever named, '' = it has named several
-- ARGV     1 'item': 2 at, ms   3 sku   4 total ('' = not told)   5 counted: '1' it is, '0' it is not, '' not told
--          1 'level': 2 at, ms   3 place   4 available ('' = not counted)
--          both: 6 forget after, ms, while the SKU is not known   7 all: '1' the stock is the sum at the places 8…, each of which must have told it
-- RETURNS  { 'stock', sku, units } | { 'uncounted', sku } | { 'incomplete', sku } | { 'unknown' } | { 'stale', sku or '' }
-- WRITES   the item hash; TTL as ARGV 6 until its SKU is known, then none. The only place, no TTL
-- ATOMIC   the stock is of all that was told by then; times of an item and of each place never fall

local key, kind, at = KEYS[1], ARGV[1], tonumber(ARGV[2])
local fields = redis.call('HGETALL', key)
local item, levels, newest = {}, {}, 0
for i = 1, #fields, 2 do
  local place = string.match(fields[i], '^l:(.*)$')
  if place then
    local available, told_at = string.match(fields[i + 1], '^(%S*) (%d+)$')
    levels[place] = tonumber(available) or false
    if tonumber(told_at) > newest then newest = tonumber(told_at) end
    if kind == 'level' and place == ARGV[3] and tonumber(told_at) > at then return { 'stale', item.sku or '' } end
  else
    item[fields[i]] = fields[i + 1]
  end
end

local function sum()
  local units = 0
  for _, available in pairs(levels) do units = units + (available or 0) end
  return units
end

local function rest_of(total) return string.format('%.0f', math.max(0, total - sum())) end

local was_known = item.sku ~= nil
if kind == 'item' then
  if item.at and tonumber(item.at) > at then return { 'stale', item.sku or '' } end
  item.sku, item.at = ARGV[3], ARGV[2]
  local total = tonumber(ARGV[4])
  if ARGV[5] ~= '' then item.counted = ARGV[5] elseif total and total ~= 0 then item.counted = '1' end
  -- A level that is newer than the total is not in it.
  if total and newest <= at then
    item.rest = rest_of(total)
    redis.call('HSET', key, 'rest', item.rest, 'total', ARGV[4] .. ' ' .. ARGV[2])
  end
  redis.call('HSET', key, 'sku', item.sku, 'at', item.at)
  if item.counted then redis.call('HSET', key, 'counted', item.counted) end
else
  local place, available = ARGV[3], ARGV[4]
  local only_place = redis.call('GET', KEYS[2])
  local is_only = not only_place or only_place == place
  -- Levels may have been told before places were counted.
  for other in pairs(levels) do is_only = is_only and other == place end
  if only_place ~= (is_only and place or '') then redis.call('SET', KEYS[2], is_only and place or '') end
  local is_first = levels[place] == nil
  levels[place] = tonumber(available) or false
  item.counted = available == '' and '0' or '1'
  local total, total_at = string.match(item.total or '', '^(%S+) (%d+)$')
  if total and math.max(at, newest) <= tonumber(total_at) then
    item.rest = rest_of(tonumber(total))
  elseif is_first and is_only then
    item.rest = '0'
  elseif is_first and item.rest and tonumber(item.rest) > 0 then
    item.rest = nil
    redis.call('HDEL', key, 'rest')
  end
  if item.rest then redis.call('HSET', key, 'rest', item.rest) end
  redis.call('HSET', key, 'l:' .. place, available .. ' ' .. ARGV[2], 'counted', item.counted)
end

if not item.sku then
  redis.call('PEXPIRE', key, ARGV[6])
  return { 'unknown' }
end
if not was_known then redis.call('PERSIST', key) end
if item.counted == '0' then return { 'uncounted', item.sku } end
if ARGV[7] == '1' then
  local units = 0
  for i = 8, #ARGV do
    if not levels[ARGV[i]] then return { 'incomplete', item.sku } end
    units = units + levels[ARGV[i]]
  end
  return { 'stock', item.sku, string.format('%.0f', units) }
end
if not item.rest then return { 'incomplete', item.sku } end
local units = tonumber(item.rest) + sum()
-- A total of 0 is also what a thing has whose stock nobody counts.
if units == 0 and item.counted ~= '1' then return { 'incomplete', item.sku } end
return { 'stock', item.sku, string.format('%.0f', units) }
