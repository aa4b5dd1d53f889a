#!lua
-- A change that a sink would not take: it becomes a dead letter.
--
-- KEYS     1 changes stream   2 sink:<name> hash   3 sink:<name>:attempts hash
--          4 sinks:registered set   5 sinks:removed set   6 sinks:parity hash   7 sinks:parity:counts hash   8 sink:<name>:dead stream
-- ARGV     1 name   2 id of the entry   3 how many prices   4 dead letters that are kept   5.. of each price sku, revision, outcome;
--          then name and value of each field of the dead letter
-- RETURNS  1 buried; 0 the entry was not open any more, and nothing was done
-- WRITES   the group, the attempts, the dead letters, of sink:<name> deadDropped; 6, 7 (compare-sinks.lua)
-- ATOMIC   it must be open or dead, never both and never neither

--- @include "clock"
--- @include "integer"
--- @include "compare-sinks"

if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then return 0 end
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('HDEL', KEYS[3], ARGV[2])
local notes_end = 4 + 3 * tonumber(ARGV[3])
local note = comparison(KEYS[4], KEYS[5], KEYS[6], KEYS[7], ARGV[1], int(math.floor(now_us() / 1000)))
if note then
  for i = 5, notes_end, 3 do note(ARGV[i], ARGV[i + 1], ARGV[i + 2], false) end
end
local before = redis.call('XLEN', KEYS[8])
redis.call('XADD', KEYS[8], 'MAXLEN', ARGV[4], '*', unpack(ARGV, notes_end + 1))
local dropped = before + 1 - redis.call('XLEN', KEYS[8])
if dropped > 0 then redis.call('HINCRBY', KEYS[2], 'deadDropped', dropped) end
return 1
