-- Included by the scripts that move a reservation: `state:costNanoUsd:tokens:slotMs:bucket`, state r (reserved) or s (sent).
--
--   admit          send            settle
--  ──────▶ reserved ────▶ sent ──────────────▶ settled
--             │            │ lease runs out ──▶ unsettled: charged in full, listed; a late settle still corrects it
--             └─ late, lease runs out, settle "never sent" ──▶ refunded

local function read_reservation(text)
  local state, cost, tokens, slot_ms, bucket = string.match(text, '^([rs]):(%d+):(%d+):(%d+):(%d+)$')
  if not state then return nil end
  return {
    state = state,
    cost = tonumber(cost),
    tokens = tonumber(tokens),
    slot_ms = tonumber(slot_ms),
    bucket = tonumber(bucket),
  }
end

local function write_reservation(r)
  return table.concat({ r.state, int(r.cost), int(r.tokens), int(r.slot_ms), int(r.bucket) }, ':')
end
