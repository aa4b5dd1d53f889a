-- Included by the scripts that read the limits: ours, and those that the gateway tells, of which the lower holds.

-- What the gateway said longer ago than this is forgotten; it says it with every answer. Of what it said since then the lowest holds: it
-- may have other limits for other models and keys, and a limit that went up and down with them would let next to nothing go.
local LEARNED_FOR_MS = 600000

local function is_fresh(learned_at, now_ms) return learned_at and now_ms - tonumber(learned_at) < LEARNED_FOR_MS end

local function lower(own, learned, learned_at, now_ms)
  learned = is_fresh(learned_at, now_ms) and tonumber(learned) or 0
  if learned <= 0 then return own end
  if own == 0 then return learned end
  return math.min(own, learned)
end

-- Daily limit, requests and tokens a minute, epoch and sequence of the ledger, our own tokens a minute; nil or '' where nothing is set.
local function limits_in_force(key, now_ms)
  local l = redis.call('HMGET', key, 'dailyNanoUsd', 'rpm', 'tpm', 'epoch', 'sequence', 'learnedRpm', 'learnedRpmAtMs',
    'learnedTpm', 'learnedTpmAtMs')
  local rpm, own_tpm = tonumber(l[2]), tonumber(l[3])
  local tpm = own_tpm
  if rpm and tpm then rpm, tpm = lower(rpm, l[6], l[7], now_ms), lower(tpm, l[8], l[9], now_ms) end
  return tonumber(l[1]), rpm, tpm, l[4] or '', tonumber(l[5]) or 0, own_tpm
end
