#!lua
-- A process's sign of life; forgets those that have given none for long.
--
-- KEYS     1 processes zset id -> last sign of life, ms   2 processes:info hash id -> 'sinceMs\tkind\thost\tpid'
-- ARGV     1 process id   2 'kind\thost\tpid'   3 forget after, ms
-- RETURNS  ms since 1970 at which this process was first heard of
-- WRITES   both, an entry a process
-- ATOMIC   the two must name the same processes

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local now = string.format('%.0f', now_ms)
local forgotten = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now_ms - ARGV[3]), 'LIMIT', 0, 100)
local info = redis.call('HGET', KEYS[2], ARGV[1])
if not info then
  info = now .. '\t' .. ARGV[2]
  redis.call('HSET', KEYS[2], ARGV[1], info)
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
for _, id in ipairs(forgotten) do
  if id ~= ARGV[1] then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
  end
end
return string.match(info, '^%d+')
