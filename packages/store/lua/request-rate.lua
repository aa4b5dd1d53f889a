-- Included by the scripts that give slots to requests: the generic cell rate algorithm (ITU-T I.371).
--
-- With burst b and one slot each t, any w seconds hold at most b + floor(w / t) requests; t = 60.5 s / (rpm - b + 1) keeps that at or under
-- rpm for w = 60 s, with half a second to spare for the way from here to the gateway.

local WINDOW_US = 60500000

local function burst_and_slot(rpm)
  local burst = math.ceil(rpm / 60)
  return burst, math.ceil(WINDOW_US / (rpm - burst + 1))
end

-- The theoretical arrival time after the limit went from `was` to `rpm` requests a minute, so that no new call makes the minute before it
-- fuller than `rpm`. Lowered: the minute before the last booked slot may hold burst + 60 s / slot calls, and new ones start when enough of
-- those have left; all of them, where nobody counted (0). Raised: no burst on top of the old one.
local function rate_changed(at, now, was, rpm)
  local burst, slot = burst_and_slot(rpm)
  local start = math.max(at, now)
  if was == 0 then
    start = math.max(start, now + WINDOW_US)
  elseif rpm < was then
    local was_burst, was_slot = burst_and_slot(was)
    local last = math.max(now, at - was_burst * was_slot)
    local wait = WINDOW_US - was_slot * (rpm - 1 - was_burst)
    start = math.max(start, last + math.min(WINDOW_US, math.max(0, wait)))
  end
  return start + (burst - 1) * slot
end
