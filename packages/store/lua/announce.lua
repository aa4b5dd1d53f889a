-- Included by the scripts that publish: tells a publish to all who listen.
-- WRITES changes (the newest ~5,000)

-- Seconds at the highest speed there is, an hour at a gateway's usual one: who was away that long may still go on where it was.
local CHANGES_CAP = 5000

local function announce(changes_key, chunk)
  redis.call('XADD', changes_key, 'MAXLEN', '~', CHANGES_CAP, '*', 'chunk', chunk)
end
