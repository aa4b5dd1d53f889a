-- Included by the scripts that move a reservation: `state:costNanoUsd:tokens:atMs:bucket`. State r: reserved, and
-- atMs is its slot; state s: sent, and atMs is when its lease runs out.
--
--   admit          send            settle
--  ──────▶ reserved ────▶ sent ──────────────▶ settled
--             │            │ lease runs out ──▶ unsettled: charged in full, listed; a late settle still corrects it
--             └─ late, lease runs out, settle "never sent" ──▶ refunded

local function read_reservation(text)
  local state, cost, tokens, at_ms, bucket = string.match(text, '^([rs]):(%d+):(%d+):(%d+):(%d+)$')
  if not state then return nil end
  return {
    state = state,
    cost = tonumber(cost),
    tokens = tonumber(tokens),
    at_ms = tonumber(at_ms),
    bucket = tonumber(bucket),
  }
end

local function write_reservation(r)
  return table.concat({ r.state, int(r.cost), int(r.tokens), int(r.at_ms), int(r.bucket) }, ':')
end
