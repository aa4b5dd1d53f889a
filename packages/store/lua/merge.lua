#!lua
-- Merges observations into snapshots, one after the other, ordered by observedAt per SKU, and marks dirty what moved enough to be repriced.
--
-- KEYS     1..4        dirty:critical, dirty:high, dirty:normal, dirty:low  zset sku -> when it is due, ms
--          5           dirty:calm        zset sku -> until when it is not taken again, ms
--          6           dirty:in-flight   hash sku -> `urgency batch.ordinal takenAtMs`
--          7           stats:<minute>    hash
--          8           policies          hash strategy -> `version\tsinceMs`
--          9           routes            hash, of which retiredAtMs and kept
--          10..9+3n    of each SKU once: sku:<sku> string, price:<sku> hash, basis:<sku> string
-- ARGV     1 length of the part of sku:<sku> before the SKU  2 name of the default strategy  3 how many strategies
--          then 5 a strategy: name, age to begin with in s (0 = none), percent of an undercut, shortest and longest age that may be
--          learned in s (0 = it is fixed)
--          then 2 an observation: number of its SKU from 1, the observation (observation-text.ts)
-- RETURNS  one string an observation: 'repricing <reason>', 'waiting <reason>' (it waits already), 'skipped <reason>', 'stale',
--          'unknown-sku', 'currency-mismatch <code>', 'inconsistent <field>', or 'read-again <code>': its amounts were read in another
--          currency than that of the snapshot; the last four change nothing
-- WRITES   sku:<sku> (no TTL), basis:<sku> (TTL 7 days), the dirty sets, stats:<minute> (TTL 25 h)
-- ATOMIC   no field may get lost between two observations of one SKU, and what is stored without its mark would never be repriced

--- @include "clock"
--- @include "iso-time"
--- @include "snapshot-cells"
--- @include "conversions"
--- @include "mark-dirty"
--- @include "canary-retired"

local FIRST_SKU_KEY, BASIS_TTL_SECONDS, STATS_TTL_SECONDS = 10, 7 * 24 * 3600, 25 * 3600
-- A SKU that came with a batch and has no price yet is that batch's business for so long, ms; and if it is told of all the time, for a day.
local UNPRICED_MS, UNPRICED_TOLD_MS = 5 * 60 * 1000, 24 * 3600 * 1000
local CURRENCY, COST, CAPACITY, RESTOCK, DEMAND, FLOOR, CEILING, MAP, STRATEGY = 1, 4, 5, 6, 7, 9, 10, 11, 12
local CELLS = 15
local REASON = {
  [CURRENCY] = 'currency', [PRICE] = 'price', [STOCK] = 'stock', [COST] = 'cost', [CAPACITY] = 'supply', [RESTOCK] = 'supply',
  [DEMAND] = 'demand', [COMPETITORS] = 'competitors', [FLOOR] = 'bounds', [CEILING] = 'bounds', [MAP] = 'bounds',
  [STRATEGY] = 'strategy',
}
-- What the market does; the rest is the merchant's own doing.
local OF_MARKET = { stock = true, cost = true, supply = true, demand = true, competitors = true }
-- A price that was asked for anew for its age and changed by less, per cent, need not have been asked for.
local IDLE_PERCENT = 1
local MONEY = { COST, COMPETITORS, FLOOR, CEILING, MAP }

local now_ms = math.floor(now_us() / 1000)
local sets = { KEYS[1], KEYS[2], KEYS[3], KEYS[4] }
local prefix = tonumber(ARGV[1])
local policies, first = {}, 4 + 5 * ARGV[3]
for i = 4, first - 1, 5 do
  policies[ARGV[i]] = {
    name = ARGV[i], ttl = tonumber(ARGV[i + 1]), undercut = tonumber(ARGV[i + 2]), least = tonumber(ARGV[i + 3]), most = tonumber(ARGV[i + 4]),
  }
end
local function policy_of(cells) return policies[cells[STRATEGY]] or policies[ARGV[2]] end

local in_force
-- Since when prices are made by the policy in force, ms.
local function in_force_since(policy)
  if not in_force then
    in_force = {}
    local stored = redis.call('HGETALL', KEYS[8])
    for i = 1, #stored, 2 do in_force[stored[i]] = tonumber(string.match(stored[i + 1], '\t(%d+)$')) end
  end
  return in_force[policy.name] or 0
end

local retired_at, kept
-- Whether a canary made the live price that holds no longer, and none has been asked for since.
local function is_retired(state, since)
  if state.route ~= 'canary' then return false end
  if not kept then retired_at, kept = read_retired(KEYS[9]) end
  return since <= retired_at and not is_kept(kept, state.priced_at)
end

local BODY = '^([^\t]*)' .. string.rep('\t?([^\t]*)', CELLS - 1)

local function cells_of(body) return { string.match(body, BODY) } end

local function body_of(cells)
  local last = CELLS
  while last > 1 and cells[last] == '' do last = last - 1 end
  return table.concat(cells, '\t', 1, last)
end

-- Their order means nothing.
local function sorted(competitors)
  local prices = {}
  for price in string.gmatch(competitors, '[^|]+') do prices[#prices + 1] = price end
  table.sort(prices)
  return table.concat(prices, '|')
end

local function lowest(competitors)
  local least = math.huge
  for price in string.gmatch(competitors, '[^|]+') do least = math.min(least, tonumber(price)) end
  return least
end

-- As bucketOf of latency-buckets.ts.
local function bucket_of(ms) return string.format('%.0f', math.ceil(math.log(ms) / math.log(1.2))) end

local states = {}
do
  local n, keys = (#KEYS - FIRST_SKU_KEY + 1) / 3, {}
  for i = 1, n do keys[i], keys[n + i] = KEYS[FIRST_SKU_KEY + 3 * (i - 1)], KEYS[FIRST_SKU_KEY + 3 * i - 1] end
  local stored = redis.call('MGET', unpack(keys))
  for i = 1, n do
    local state = { key = keys[i], price_key = KEYS[FIRST_SKU_KEY + 3 * i - 2], basis_key = keys[n + i], basis = stored[n + i] }
    if stored[i] then
      local at, moved, basis_stock, reference, body = string.match(stored[i], SNAPSHOT)
      if not at then return redis.error_reply('WRONGFORMAT ' .. state.key .. ' holds no snapshot') end
      state.at, state.moved = tonumber(at), tonumber(moved ~= '' and moved or at)
      state.basis_stock, state.reference, state.body, state.cells = basis_stock, reference, body, cells_of(body)
    end
    states[i] = state
  end
end

local is_any_in_flight = redis.call('EXISTS', KEYS[6]) == 1

-- The live price, what is in flight and the basis are looked at once a SKU, and only when they are needed.
local function known(state)
  if state.sku then return end
  state.sku = string.sub(state.key, prefix + 1)
  local price = redis.call('HMGET', state.price_key, 'snapshotAt', 'pricedAt', 'price', 'currency', 'changePercent', 'route')
  state.price_from, state.priced_at = iso_ms(price[1]), iso_ms(price[2]) or 0
  state.price, state.price_currency, state.change, state.route = price[3], price[4], tonumber(price[5]), price[6]
  state.in_flight = is_any_in_flight and redis.call('HEXISTS', KEYS[6], state.sku) == 1
  if state.basis then
    local marked_at, from, learned, body = string.match(state.basis, '^(%d*)\t(%d*)\t(%d*a?)\t(.*)$')
    if body then
      state.marked_at, state.basis_from, state.learned = tonumber(marked_at), tonumber(from), learned
      state.basis_cells = body == state.body and state.cells or cells_of(body)
    end
  end
end

-- What a change is measured against: the snapshot that the live price was made from, else that which was last marked, else the one before.
local function basis_of(state)
  local from = state.price_from
  if from and state.basis_from == from then return state.basis_cells, false end
  if from and from == math.max(state.at, state.moved) then return state.cells, true end
  if state.basis_cells then return state.basis_cells, false end
  return state.cells, false
end

local function put_basis(state, marked_at, from, body, cells)
  state.marked_at, state.basis_from, state.basis_cells = marked_at, from, cells
  local marked, priced_from = marked_at and string.format('%.0f', marked_at) or '', from and string.format('%.0f', from) or ''
  local text = table.concat({ marked, priced_from, state.learned or '', '' }, '\t')
  redis.call('SET', state.basis_key, text .. body, 'EX', BASIS_TTL_SECONDS)
end

-- The age from which on the live price is asked for anew, s; 0 = never. As ttlSecondsOf of freshness.ts.
local function ttl_of(state, policy)
  if policy.most == 0 then return policy.ttl end
  local seconds, by_age = string.match(state.learned or '', '^(%d+)(a?)$')
  local ttl = tonumber(seconds) or policy.ttl
  if by_age == 'a' and state.change and state.priced_at >= state.marked_at then
    ttl = math.abs(state.change) < IDLE_PERCENT and ttl * 2 or ttl / 2
  end
  return math.min(math.max(ttl, policy.least), policy.most)
end

-- Since when the live price holds, or a newer one is asked for, ms; 0 = neither.
local function since_of(state) return math.max(state.priced_at, state.marked_at or 0) end

-- Why the SKU is to be repriced, or nil. `was` is the snapshot before, `basis` what the change is measured against.
local function moved_by(state, was, basis, is, repeats_ours)
  -- What a run in flight has read is not known: whatever differs from the snapshot before counts.
  local exact = state.in_flight
  local from = exact and was or basis
  for cell = 1, from ~= is and STRATEGY or 0 do
    if from[cell] ~= is[cell] then
      if cell == STOCK then
        if exact or stock_moved(from[cell], is[cell]) then return REASON[cell] end
      elseif cell == PRICE then
        if is[cell] ~= was[cell] and not repeats_ours then return REASON[cell] end
      elseif cell ~= COMPETITORS or sorted(from[cell]) ~= sorted(is[cell]) then
        return REASON[cell]
      end
    end
  end
  if exact then return nil end
  local since = since_of(state)
  if since == 0 then
    return (now_ms - state.at >= UNPRICED_MS or now_ms - state.moved >= UNPRICED_TOLD_MS) and 'first' or nil
  end
  local policy = policy_of(is)
  if state.priced_at > 0 and since < in_force_since(policy) then return 'policy' end
  if is_retired(state, since) then return 'policy' end
  local ttl = ttl_of(state, policy)
  if ttl > 0 and now_ms - since >= ttl * 1000 then return 'age' end
  return nil
end

local function urgency_of(state, reason, was, basis, is)
  if tonumber(is[STOCK]) == 0 and tonumber(was[STOCK]) ~= 0 then return CRITICAL end
  if state.price and state.price_currency == is[CURRENCY] then
    local live = tonumber((string.gsub(state.price, '%.', '')))
    if is[COST] ~= '' and tonumber(is[COST]) > live then return CRITICAL end
    local policy = policy_of(is)
    local least = lowest(is[COMPETITORS])
    if least < lowest(basis[COMPETITORS]) and least * 100 <= live * (100 - policy.undercut) then return HIGH end
  end
  return (reason == 'first' or reason == 'age' or reason == 'policy') and LOW or NORMAL
end

-- Whether the bounds of a snapshot contradict each other, told by the field at fault.
local function contradiction(cells)
  local ceiling = tonumber(cells[CEILING])
  if not ceiling then return nil end
  if (tonumber(cells[FLOOR]) or 0) > ceiling then return 'floor' end
  if (tonumber(cells[MAP]) or 0) > ceiling then return 'map' end
  return nil
end

local outcomes, counts = {}, {}
local function count(field) counts[field] = (counts[field] or 0) + 1 end

local function mark(state, reason, urgency, cells, body)
  local is_new, policy = mark_dirty(sets, KEYS[5], state.sku, urgency, now_ms), policy_of(cells)
  if is_new and policy.most > 0 then
    local ttl = ttl_of(state, policy)
    if reason == 'age' then
      count('agedMs:' .. bucket_of(ttl * 1000))
      -- It held for longer than it had to: that is what is known of it now.
      ttl = math.min(math.max(ttl, (now_ms - since_of(state)) / 1000), policy.most)
    end
    if OF_MARKET[reason] then ttl = math.max(ttl / 2, policy.least) end
    state.learned = string.format('%.0f%s', math.ceil(ttl), reason == 'age' and 'a' or '')
  end
  put_basis(state, now_ms, nil, body, cells)
  return (is_new and 'repricing ' or 'waiting ') .. reason
end

local function first_seen(state, at, patch)
  if not patch[CURRENCY] or not patch[PRICE] then return 'unknown-sku' end
  local cells = {}
  for i = 1, CELLS do cells[i] = patch[i] or '' end
  if contradiction(cells) then return 'inconsistent ' .. contradiction(cells) end
  known(state)
  state.at, state.moved = at, at
  state.basis_stock, state.reference, state.cells, state.body, state.changed = '', '', cells, body_of(cells), true
  return mark(state, 'first', urgency_of(state, 'first', cells, cells, cells), cells, state.body)
end

local function merge(state, text)
  local at_text, read_in, rest = string.match(text, '^(%d*)\t(%u*)\t(.*)$')
  local patch, was = {}, state.cells
  -- Most observations tell what is known.
  local differs = not was or was[CONVERSIONS] ~= ''
  for name, value in string.gmatch(rest, '([^\t=]+)=([^\t]*)') do
    local cell = tonumber(name)
    patch[cell] = value
    differs = differs or was[cell] ~= value
  end
  if not state.at then return first_seen(state, at_text == '' and now_ms or tonumber(at_text), patch) end
  local at = at_text == '' and math.max(now_ms, state.at) or tonumber(at_text)
  if at < state.at then return 'stale' end

  local is = was
  if differs then
    is = {}
    for i = 1, CELLS do is[i] = patch[i] or was[i] end
  end
  if is[CURRENCY] ~= was[CURRENCY] then
    known(state)
    -- Of a price in another currency nobody could say by how much it changed: that is for a batch, and for a person to see.
    if not patch[PRICE] or state.price then return 'currency-mismatch ' .. was[CURRENCY] end
    -- Amounts in another currency mean nothing any more.
    for _, cell in ipairs(MONEY) do if not patch[cell] then is[cell] = '' end end
    is[CONVERSIONS] = patch[CONVERSIONS] or ''
  elseif patch[COMPETITORS] and is[CONVERSIONS] ~= '' then
    is[CONVERSIONS] = patch[CONVERSIONS] or ''
    if patch[CONVERSIONS] and was[CONVERSIONS] ~= '' and differ_by_rates_alone(was, is) then
      is[COMPETITORS], is[CONVERSIONS] = was[COMPETITORS], was[CONVERSIONS]
    end
  end
  if read_in ~= '' and read_in ~= is[CURRENCY] then return 'read-again ' .. is[CURRENCY] end
  if differs and contradiction(is) then return 'inconsistent ' .. contradiction(is) end

  known(state)
  local repeats_ours = state.price_currency == is[CURRENCY] and same_amount(state.price, is[PRICE])
  local basis, is_exact = basis_of(state)
  local reason = moved_by(state, was, basis, is, repeats_ours)
  local urgency = reason and urgency_of(state, reason, was, basis, is)

  local basis_stock, reference = state.basis_stock, state.reference
  if basis_stock == '' then basis_stock = was[STOCK] end
  if is[PRICE] ~= was[PRICE] then
    if not repeats_ours then reference = '' elseif reference == '' then reference = was[PRICE] end
  end
  if reference == is[PRICE] then reference = '' end

  local body, before = differs and body_of(is) or state.body, math.max(state.at, state.moved)
  local outcome
  if reason then
    -- 1 ms tells what is to be priced from what was, where both are of one moment.
    state.moved = math.max(at, before + 1)
    basis_stock = ''
    outcome = mark(state, reason, urgency, is, body)
  else
    outcome = body == state.body and 'skipped unchanged' or 'skipped immaterial'
    if is_exact and body ~= state.body then put_basis(state, state.marked_at, state.price_from, state.body, was) end
  end
  if basis_stock == is[STOCK] then basis_stock = '' end
  state.at, state.basis_stock, state.reference, state.cells, state.body = at, basis_stock, reference, is, body
  state.changed = true
  return outcome
end

for i = first, #ARGV, 2 do
  local outcome = merge(states[tonumber(ARGV[i])], ARGV[i + 1])
  outcomes[#outcomes + 1] = outcome
  local kind, reason = string.match(outcome, '^([%l-]+) ?(.*)$')
  if kind == 'repricing' then count('repricing:' .. reason)
  elseif kind == 'waiting' then count('skipped:waiting')
  elseif kind == 'skipped' then count('skipped:' .. reason) end
  if kind == 'repricing' or kind == 'waiting' or kind == 'skipped' then count('observations:accepted')
  elseif kind == 'stale' then count('observations:stale') end
end

local writes = {}
for _, state in ipairs(states) do
  if state.changed then
    local at, w = string.format('%.0f', state.at), #writes
    local since = state.moved == state.at and '' or string.format('%.0f', state.moved)
    writes[w + 1], writes[w + 2] = state.key, table.concat({ at, since, state.basis_stock, state.reference, state.body }, '\t')
  end
end
if #writes > 0 then redis.call('MSET', unpack(writes)) end
for field, number in pairs(counts) do redis.call('HINCRBY', KEYS[7], field, number) end
if next(counts) then redis.call('EXPIRE', KEYS[7], STATS_TTL_SECONDS) end
return outcomes
