-- Included by the scripts that publish: moves the live price of a SKU to its history, the newest 100 of which are kept.

local HISTORY_CAP = 100

local function retire(price_key, history_key)
  local was = redis.call('HMGET', price_key, 'revision', 'price', 'currency', 'source', 'pricedAt', 'batchId', 'decision')
  for f = 1, 7 do was[f] = was[f] or '' end
  redis.call('LPUSH', history_key, table.concat(was, '\t'))
  redis.call('LTRIM', history_key, 0, HISTORY_CAP - 1)
  redis.call('DEL', price_key)
end
