-- Included by the scripts that ask whether a process lives: it gave a sign of life lately, or its connection is open, as that of a
-- frozen process is. A killed one's is closed by its kernel.

local function process_lives(processes, presence_prefix, alive_ms, id)
  if id == '' then return false end
  local beat = redis.call('ZSCORE', processes, id)
  if beat then
    local time = redis.call('TIME')
    if tonumber(beat) > time[1] * 1000 + math.floor(time[2] / 1000) - alive_ms then return true end
  end
  return redis.call('PUBSUB', 'NUMSUB', presence_prefix .. id)[2] > 0
end
