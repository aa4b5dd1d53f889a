-- Included by the scripts that keep the ledger: a key of a wrong type (somebody's SET) is found before the first write, since an error in mid-script
-- leaves earlier writes in place.

-- The error of the first of these keys that is there and has another type; nil when none has.
local function wrong_type(expected, keys)
  for _, key in ipairs(keys) do
    local is = redis.call('TYPE', key).ok
    if is ~= 'none' and is ~= expected then
      return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. is .. ' and must be a ' .. expected)
    end
  end
end
