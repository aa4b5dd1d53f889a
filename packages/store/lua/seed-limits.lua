#!lua
-- Puts a process's configured limits into Redis, where all workers read them. The last to speak wins: a value set over the API stays
-- until somebody configures another one.
--
-- KEYS     1 limits hash: <name>, and configured:<name> as last configured
-- ARGV     3 a limit: name, value, '1' it was stated in the environment or '0' it is only the default
-- RETURNS  how many limits were set
-- WRITES   limits, no TTL
-- ATOMIC   processes of one deployment start together

local set = 0
for i = 1, #ARGV, 3 do
  local name, value, stated = ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1'
  local configured = redis.call('HGET', KEYS[1], 'configured:' .. name)
  if not configured or (stated and configured ~= value) then
    redis.call('HSET', KEYS[1], name, value, 'configured:' .. name, value)
    set = set + 1
  end
end
return set
