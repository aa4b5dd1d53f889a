-- Included by the scripts that publish: tells a publish to all who listen, and to the sinks.
-- WRITES changes (the newest ~5,000; with sinks registered as many as changes:keep says)

-- Seconds at the highest speed there is, an hour at a gateway's usual one: who was away that long may still go on where it was.
local CHANGES_CAP = 5000

local function announce(changes_key, keep_key, chunk)
  local cap = redis.call('GET', keep_key) or CHANGES_CAP
  redis.call('XADD', changes_key, 'MAXLEN', '~', cap, '*', 'chunk', chunk)
end
