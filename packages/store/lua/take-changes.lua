#!lua
-- Takes or renews the lease of a sink, hands over the changes that come next, and tells how to go on.
--
-- KEYS     1 sink:<name>:lease string   2 changes stream   3 sink:<name> hash   4 sinks:removed set
-- ARGV     1 name   2 process id   3 lease, ms   4 consumer   5 entries at most; 0 = the lease alone
-- RETURNS  {0} another process delivers; {-1} the sink is not known; else {1, or 2 if the lease was free; state; resync; replayTo;
--          entries lost to it, found now; id of the newest entry that it was handed; entries, each {id, fields}}
-- WRITES   the lease (TTL as told), 4, the group's place, and of sink:<name> gapMessages, gapSinceMs
-- ATOMIC   an entry handed to a process that lost the lease would wait until the next one takes over

--- @include "clock"
--- @include "integer"
--- @include "group-position"

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[2] then return { 0 } end
local sink = redis.call('HMGET', KEYS[3], 'state', 'resync', 'replayTo')
if not sink[1] then return { -1 } end

redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if not holder then redis.call('SREM', KEYS[4], ARGV[1]) end
local group, stream = group_position(KEYS[2], ARGV[1])
if not group then
  redis.call('XGROUP', 'CREATE', KEYS[2], ARGV[1], '0', 'MKSTREAM', 'ENTRIESREAD', 0)
  group, stream = group_position(KEYS[2], ARGV[1])
end
local missed = missed_by(group, stream)
if missed > 0 then
  redis.call('HINCRBY', KEYS[3], 'gapMessages', missed)
  redis.call('HSETNX', KEYS[3], 'gapSinceMs', int(math.floor(now_us() / 1000)))
end
local newest, entries = group['last-delivered-id'], {}
if tonumber(ARGV[5]) > 0 and sink[1] == 'delivering' then
  local reply = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[4], 'COUNT', ARGV[5], 'STREAMS', KEYS[2], '>')
  if reply then
    entries = reply[1][2]
    newest = entries[#entries][1]
  end
end
if missed > 0 or #entries > 0 then
  -- Redis counts on itself, but loses count when it is restarted from its append-only file, and where entries were cut.
  local read = read_by(group, stream) + missed + #entries
  redis.call('XGROUP', 'SETID', KEYS[2], ARGV[1], newest, 'ENTRIESREAD', int(read))
end
return { holder and 1 or 2, sink[1], sink[2] or '', sink[3] or '', missed, newest, entries }
