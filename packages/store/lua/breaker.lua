-- Included by the scripts that let calls go or hear how they went: the circuit breaker of the gateway, in the rate hash.
--
--            20 failures in a row            its time is over
--   closed ─────────────────────▶ open ─────────────────────▶ half-open: one call goes as a probe
--      ▲                            ▲                            │    │
--      └──────────── any success ───┼────────────────────────────┘    │
--                                   └──────── the probe fails: twice as long, up to a minute

local FAILURES_TO_OPEN, OPEN_MS, OPEN_AT_MOST_MS = 20, 5000, 60000
local PROBE_POLL_MS = 1000

-- ms that a call must wait, and whether the one that goes now is the probe.
local function breaker_wait(open_until_ms, probe_until_ms, now_ms)
  if not open_until_ms then return 0, false end
  -- One that seems to be open for longer than it ever is is from before the clock went back.
  if now_ms < open_until_ms and open_until_ms - now_ms <= OPEN_AT_MOST_MS then return open_until_ms - now_ms, false end
  if probe_until_ms and now_ms < probe_until_ms then return math.min(PROBE_POLL_MS, probe_until_ms - now_ms), false end
  return 0, true
end

-- Takes note of a call's end: 'ok', 'failed', or '' for one that tells nothing of the gateway's health.
local function breaker_hears(key, id, health, now_ms)
  local b = redis.call('HMGET', key, 'failures', 'openUntilMs', 'probe', 'openings')
  local is_probe = b[3] == id
  if health == 'ok' then
    if b[1] or b[2] then
      redis.call('HDEL', key, 'failures', 'openUntilMs', 'probe', 'probeUntilMs', 'openings')
    end
  elseif health == 'failed' and is_probe then
    local openings = (tonumber(b[4]) or 0) + 1
    local open_ms = math.min(OPEN_AT_MOST_MS, OPEN_MS * 2 ^ openings)
    redis.call('HSET', key, 'openUntilMs', int(now_ms + open_ms), 'openings', int(openings))
    redis.call('HDEL', key, 'probe', 'probeUntilMs')
  elseif health == 'failed' and not b[2] then
    local failures = (tonumber(b[1]) or 0) + 1
    redis.call('HSET', key, 'failures', int(failures))
    if failures >= FAILURES_TO_OPEN then redis.call('HSET', key, 'openUntilMs', int(now_ms + OPEN_MS)) end
  elseif is_probe then
    redis.call('HDEL', key, 'probe', 'probeUntilMs')
  end
end
