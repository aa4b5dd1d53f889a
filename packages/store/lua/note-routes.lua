#!lua
-- Adds what one process counted of the routes' calls since it last did, and tells the routes as they are.
--
-- KEYS     1 routes hash   2 routes:window:<n> hash   3 routes:life:<canary> hash
-- ARGV     1 the canary whose calls were counted, '' = none  2 TTL of 2, s  3 TTL of 3, s
--          then counter and amount in turn; a counter begins with 's:' (stable) or 'c:' (the canary)
-- RETURNS  the fields of the routes, names and values in turn
-- WRITES   2: stable's counters, and the canary's under its id; 3, while that canary runs and answers: both routes' counters since it began
-- ATOMIC   a canary that has gone must not get counts of its successor

--- @include "key-types"

local wrong = wrong_type('hash', { KEYS[1], KEYS[2], KEYS[3] })
if wrong then return wrong end

local id = ARGV[1]
if #ARGV > 3 then
  local routes = redis.call('HMGET', KEYS[1], 'id', 'state', 'mode')
  local runs = id ~= '' and routes[1] == id and routes[2] == 'running' and routes[3] ~= 'shadow'
  for i = 4, #ARGV, 2 do
    local counter = ARGV[i]
    local is_stable = string.sub(counter, 1, 2) == 's:'
    redis.call('HINCRBY', KEYS[2], is_stable and counter or id .. string.sub(counter, 2), ARGV[i + 1])
    if runs then redis.call('HINCRBY', KEYS[3], counter, ARGV[i + 1]) end
  end
  redis.call('EXPIRE', KEYS[2], ARGV[2])
  if runs then redis.call('EXPIRE', KEYS[3], ARGV[3]) end
end
return redis.call('HGETALL', KEYS[1])
