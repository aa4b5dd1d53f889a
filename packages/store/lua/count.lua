#!lua
-- Adds what one process counted since its last flush, once, however often the flush is sent.
--
-- KEYS     1 stats:<minute> hash   2 stats:second:<second> hash
--          3 top-changes:<date> zset sku -> size of the change, per cent   4 top-changes:<date>:of hash sku -> the change as JSON
--          5 worth:<date> hash
-- ARGV     1 process  2 number of the flush, one more each time  3 TTL of 1, s  4 TTL of 2, s  5 TTL of 3 and 4, s
--          6 TTL of 5, s  7 how many changes are kept
--          8 how many arguments the counters of the minute take  9 the same of the second  10 the same of worth
--          then field and amount of each counter of the minute, of each of the second, of each of worth, and sku, size and JSON of each change
-- RETURNS  the size that a change must surpass to be kept; '0' while there is room
-- WRITES   all five; a sum of worth that has grown beyond 64 bits grows no more; `flush:<process>` in 1
-- ATOMIC   a counter without the mark of its flush would be added again when the flush is sent again

--- @include "key-types"

local minute, second, top, top_of, worth = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local wrong = wrong_type('hash', { minute, second, top_of, worth }) or wrong_type('zset', { top })
if wrong then return wrong end

local mark = 'flush:' .. ARGV[1]
local kept, of_minute, of_second, of_worth = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', minute, mark) or 0) then
  local first = 11
  for i = first, first + of_minute - 1, 2 do redis.call('HINCRBY', minute, ARGV[i], ARGV[i + 1]) end
  redis.call('HSET', minute, mark, ARGV[2])
  redis.call('EXPIRE', minute, ARGV[3])
  first = first + of_minute
  for i = first, first + of_second - 1, 2 do redis.call('HINCRBY', second, ARGV[i], ARGV[i + 1]) end
  if of_second > 0 then redis.call('EXPIRE', second, ARGV[4]) end
  first = first + of_second
  for i = first, first + of_worth - 1, 2 do redis.pcall('HINCRBY', worth, ARGV[i], ARGV[i + 1]) end
  if of_worth > 0 then redis.call('EXPIRE', worth, ARGV[6]) end
  first = first + of_worth
  for i = first, #ARGV, 3 do
    local was = redis.call('ZSCORE', top, ARGV[i])
    if not was or tonumber(ARGV[i + 1]) > tonumber(was) then
      redis.call('ZADD', top, ARGV[i + 1], ARGV[i])
      redis.call('HSET', top_of, ARGV[i], ARGV[i + 2])
    end
  end
  if first <= #ARGV then
    local past = redis.call('ZRANGE', top, 0, 0 - kept - 1)
    if #past > 0 then
      redis.call('ZREM', top, unpack(past))
      redis.call('HDEL', top_of, unpack(past))
    end
    redis.call('EXPIRE', top, ARGV[5])
    redis.call('EXPIRE', top_of, ARGV[5])
  end
end
if redis.call('ZCARD', top) < kept then return '0' end
return redis.call('ZRANGE', top, 0, 0, 'WITHSCORES')[2]
