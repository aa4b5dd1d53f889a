#!lua
-- A page of a resync is delivered, or dead: the next one may be read. After the last one the sink is level.
--
-- KEYS     1 sink:<name> hash   2 sink:<name>:page string   3 sink:<name>:dead stream
-- ARGV     1 page as JSON   2 where the next one begins; '0' = this was the last   3 its prices   4 dead letters that are kept
--          5.. name and value of each field of the dead letter, if the sink would not take it
-- RETURNS  2 done, and the resync with it; 1 done; 0 it was done before
-- WRITES   of sink:<name> the fields of the resync, of delivery, and at its end of the gap; the page; the dead letters
-- ATOMIC   a page is counted once, and never skipped

--- @include "clock"
--- @include "integer"

if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local now_ms = int(math.floor(now_us() / 1000))
redis.call('DEL', KEYS[2])
if #ARGV > 4 then
  redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[4], '*', unpack(ARGV, 5))
elseif tonumber(ARGV[3]) > 0 then
  redis.call('HINCRBY', KEYS[1], 'delivered', 1)
  redis.call('HSET', KEYS[1], 'lastDeliveredAtMs', now_ms)
end
redis.call('HINCRBY', KEYS[1], 'resyncPages', 1)
redis.call('HINCRBY', KEYS[1], 'resyncPrices', ARGV[3])
redis.call('HSET', KEYS[1], 'resyncCursor', ARGV[2])
if ARGV[2] ~= '0' then return 1 end
local gap = redis.call('HMGET', KEYS[1], 'gapMessages', 'gapAtResync')
-- What was cut while it ran may be missing still.
if (gap[1] or '0') == (gap[2] or '0') then redis.call('HDEL', KEYS[1], 'gapMessages', 'gapSinceMs') end
redis.call('HDEL', KEYS[1], 'resync', 'gapAtResync', 'resyncCursor')
redis.call('HSET', KEYS[1], 'resyncDoneAtMs', now_ms)
return 2
