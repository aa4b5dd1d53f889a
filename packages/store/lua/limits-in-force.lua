-- Included by the scripts that read the limits: ours, and those that the gateway tells, of which the lower holds.

-- What the gateway said longer ago than this is forgotten; it says it with every answer.
local LEARNED_FOR_MS = 600000

local function lower(own, learned)
  if not learned or learned <= 0 then return own end
  if own == 0 then return learned end
  return math.min(own, learned)
end

-- Daily limit, requests and tokens a minute, epoch and sequence of the ledger; all nil or '' where nothing is set.
local function limits_in_force(key, now_ms)
  local l = redis.call('HMGET', key, 'dailyNanoUsd', 'rpm', 'tpm', 'epoch', 'sequence', 'learnedRpm', 'learnedTpm', 'learnedAtMs')
  local rpm, tpm = tonumber(l[2]), tonumber(l[3])
  if rpm and tpm and l[8] and now_ms - tonumber(l[8]) < LEARNED_FOR_MS then
    rpm, tpm = lower(rpm, tonumber(l[6])), lower(tpm, tonumber(l[7]))
  end
  return tonumber(l[1]), rpm, tpm, l[4] or '', tonumber(l[5]) or 0
end
