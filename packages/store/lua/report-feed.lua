#!lua
-- What the process that runs a feed tells of it, once a second or so; or the wish to be that process.
--
-- KEYS     1 feeds hash   2 feeds:in-sync hash   3 feeds:lease:<name> string, the token of the process that runs it
-- ARGV     1 name  2 token of the process  3 how long the lease lasts without another report, ms
--          4 until when what the feed brought counts as in sync, ms of Redis' clock; '' = not told, 'never' = this feed keeps nothing back
--          5 the feed's state as JSON, '' = only the lease
-- RETURNS  now, ms; 'kept' the lease was the process's and still is, 'taken' it was nobody's, 'held' it is another's (nothing done);
--          the state as JSON that was stored before ('' = none)
-- WRITES   the lease (TTL), feeds and feeds:in-sync (no TTL: a feed that nobody runs must go on keeping prices back)
-- ATOMIC   a process that lost its lease must neither move the checkpoint nor say that the feed is in sync

--- @include "clock"

local now_ms = math.floor(now_us() / 1000)
local holder = redis.call('GET', KEYS[3])
local before = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local now = string.format('%.0f', now_ms)
if holder and holder ~= ARGV[2] then return { now, 'held', before } end

redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
if ARGV[4] == 'never' then
  redis.call('HDEL', KEYS[2], ARGV[1])
elseif ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
else
  redis.call('HSETNX', KEYS[2], ARGV[1], '0')
end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[5]) end
return { now, holder and 'kept' or 'taken', before }
