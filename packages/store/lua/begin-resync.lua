#!lua
-- Begins to hand a sink every live price once; one that runs already goes on.
--
-- KEYS     1 sink:<name> hash
-- ARGV     none
-- RETURNS  1 begun; 0 one runs already; -1 the sink is not known
-- WRITES   sink:<name>: resync (its id), resyncAtMs, gapAtResync; of the one before: resyncCursor, resyncPages, resyncPrices
-- ATOMIC   two resyncs must not share an id

--- @include "clock"
--- @include "integer"

local sink = redis.call('HMGET', KEYS[1], 'state', 'resync', 'gapMessages')
if not sink[1] then return -1 end
if sink[2] then return 0 end
local now_ms = int(math.floor(now_us() / 1000))
redis.call('HDEL', KEYS[1], 'resyncCursor', 'resyncPages', 'resyncPrices')
redis.call('HSET', KEYS[1], 'resync', now_ms, 'resyncAtMs', now_ms, 'gapAtResync', sink[3] or 0)
return 1
