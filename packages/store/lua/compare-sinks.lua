-- Included by what settles prices for a sink: compares what it did with what the other sinks did with the same revisions.
-- WRITES sinks:parity, a SKU until all sinks took the same; sinks:parity:counts sinceMs, compared, same, notFollowed. No TTL.

-- SKUs that are followed at once at most: some 30 MB.
local FOLLOWED_AT_MOST = 200000

-- Returns what takes a price down: f(sku, revision, outcome, only_followed), outcome `=price currency` as it was taken, `!` dead letter,
-- `?` not named by the far end; only_followed: nothing new is followed. Nil while there are not two sinks.
local function comparison(registered_key, removed_key, parity_key, counts_key, sink, now_ms)
  local names = redis.call('SDIFF', registered_key, removed_key)
  if #names < 2 then return nil end
  local compared = {}
  for _, name in ipairs(names) do compared[name] = true end

  local function outcomes_of(text)
    local outcomes = {}
    for name, revision, outcome in string.gmatch(text or '', '\n([^ ]+) (%d+) ([^\n]+)') do
      if compared[name] then outcomes[name] = { revision = revision, outcome = outcome } end
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

  redis.call('HSETNX', counts_key, 'sinceMs', now_ms)
  local followed = redis.call('HLEN', parity_key)
  return function(sku, revision, outcome, only_followed)
    local text = redis.call('HGET', parity_key, sku)
    if not text and only_followed then return end
    if not text and followed >= FOLLOWED_AT_MOST then
      redis.call('HINCRBY', counts_key, 'notFollowed', 1)
      return
    end
    local outcomes = outcomes_of(text)
    local own = outcomes[sink]
    if own and tonumber(own.revision) > tonumber(revision) then return end
    outcomes[sink] = { revision = revision, outcome = outcome }
    local all, same = compare(outcomes, revision, outcome)
    if all then redis.call('HINCRBY', counts_key, 'compared', 1) end
    if same then
      redis.call('HINCRBY', counts_key, 'same', 1)
      if text then followed = followed - redis.call('HDEL', parity_key, sku) end
    else
      local lines = { now_ms }
      for name, its in pairs(outcomes) do lines[#lines + 1] = name .. ' ' .. its.revision .. ' ' .. its.outcome end
      followed = followed + redis.call('HSET', parity_key, sku, table.concat(lines, '\n'))
    end
  end
end
