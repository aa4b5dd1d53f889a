-- Included by the scripts that take prices: an answer of a canary counts only while that canary stands.

-- Whether it does, as far as an answer of this canary is concerned; '' = no canary answered.
local function canary_stands(routes_key, id)
  if id == '' then return true end
  local routes = redis.call('HMGET', routes_key, 'id', 'state', 'mode')
  return routes[1] == id and (routes[2] == 'running' or routes[2] == 'promoted') and routes[3] ~= 'shadow'
end
