#!lua
-- Records what a shadow was asked, beside what the stable route had published, while that shadow runs.
--
-- KEYS     1 routes hash   2 shadow:<id> hash   3 shadow:<id>:worst zset sku -> steps apart   4 shadow:<id>:worst:of hash sku -> JSON
-- ARGV     1 the shadow's id  2 TTL of 2 to 4, s  3 now, ms  4 how many of the worst are kept  5 whether anything was compared: '1' or '0'
--          6 how many arguments the counters take
--          then counter and amount of each, then sku, steps apart and JSON of each comparison that may be one of the worst
-- RETURNS  1 recorded; 0 this shadow runs no more: nothing was done
-- WRITES   2 to 4
-- ATOMIC   what ends now must not record beside a successor, and a comparison must not be counted without its place among the worst

--- @include "key-types"

local totals, worst, worst_of = KEYS[2], KEYS[3], KEYS[4]
local wrong = wrong_type('hash', { KEYS[1], totals, worst_of }) or wrong_type('zset', { worst })
if wrong then return wrong end
local routes = redis.call('HMGET', KEYS[1], 'id', 'state', 'mode')
if routes[1] ~= ARGV[1] or routes[2] ~= 'running' or routes[3] ~= 'shadow' then return 0 end

local ttl, now, kept, first = ARGV[2], ARGV[3], tonumber(ARGV[4]), 7
local last = first + tonumber(ARGV[6]) - 1
for i = first, last, 2 do redis.call('HINCRBY', totals, ARGV[i], ARGV[i + 1]) end
if ARGV[5] == '1' then
  redis.call('HSETNX', totals, 'firstMs', now)
  redis.call('HSET', totals, 'lastMs', now)
end
redis.call('EXPIRE', totals, ttl)
for i = last + 1, #ARGV, 3 do
  local was = redis.call('ZSCORE', worst, ARGV[i])
  if not was or tonumber(ARGV[i + 1]) > tonumber(was) then
    redis.call('ZADD', worst, ARGV[i + 1], ARGV[i])
    redis.call('HSET', worst_of, ARGV[i], ARGV[i + 2])
  end
end
if last < #ARGV then
  local past = redis.call('ZRANGE', worst, 0, 0 - kept - 1)
  if #past > 0 then
    redis.call('ZREM', worst, unpack(past))
    redis.call('HDEL', worst_of, unpack(past))
  end
  redis.call('EXPIRE', worst, ttl)
  redis.call('EXPIRE', worst_of, ttl)
end
return 1
