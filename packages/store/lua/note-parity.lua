#!lua
-- Takes down what a sink did with prices, and compares it with what the others did with the same revisions.
--
-- KEYS     1 sinks:registered set   2 sinks:parity hash   3 sinks:parity:counts hash   4 sinks:removed set
-- ARGV     1 name of the sink   2 now, ms   3 SKUs that are followed at once at most   4 '1' = only what is followed already
--          5.. of each price: sku, revision, outcome
--          (`=price currency` as it was taken, `!` dead letter, `?` not named by the far end)
-- RETURNS  nothing
-- WRITES   2, a SKU until all sinks took the same; 3 sinceMs, compared, same, notFollowed. No TTL.
-- ATOMIC   two sinks that settle a SKU at once must not both find the other missing

local names = redis.call('SDIFF', KEYS[1], KEYS[4])
if #names < 2 then return end
local registered = {}
for _, name in ipairs(names) do registered[name] = true end

local function outcomes_of(text)
  local outcomes = {}
  for name, revision, outcome in string.gmatch(text or '', '\n([^ ]+) (%d+) ([^\n]+)') do
    if registered[name] then outcomes[name] = { revision = revision, outcome = outcome } end
  end
  return outcomes
end

-- all: every sink has settled this revision; same: all took the same price
local function compare(outcomes, revision, outcome)
  local same = string.sub(outcome, 1, 1) == '='
  for _, name in ipairs(names) do
    local other = outcomes[name]
    if not other or other.revision ~= revision then return false, false end
    if other.outcome ~= outcome then same = false end
  end
  return true, same
end

redis.call('HSETNX', KEYS[3], 'sinceMs', ARGV[2])
local followed = redis.call('HLEN', KEYS[2])
for i = 5, #ARGV, 3 do
  local sku, revision, outcome = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local text = redis.call('HGET', KEYS[2], sku)
  if not text and ARGV[4] == '0' and followed >= tonumber(ARGV[3]) then
    redis.call('HINCRBY', KEYS[3], 'notFollowed', 1)
  elseif text or ARGV[4] == '0' then
    local outcomes = outcomes_of(text)
    local own = outcomes[ARGV[1]]
    if not own or tonumber(own.revision) <= tonumber(revision) then
      outcomes[ARGV[1]] = { revision = revision, outcome = outcome }
      local all, same = compare(outcomes, revision, outcome)
      if all then redis.call('HINCRBY', KEYS[3], 'compared', 1) end
      if same then
        redis.call('HINCRBY', KEYS[3], 'same', 1)
        if text then followed = followed - redis.call('HDEL', KEYS[2], sku) end
      else
        local lines = { ARGV[2] }
        for name, its in pairs(outcomes) do lines[#lines + 1] = name .. ' ' .. its.revision .. ' ' .. its.outcome end
        followed = followed + redis.call('HSET', KEYS[2], sku, table.concat(lines, '\n'))
      end
    end
  end
end
