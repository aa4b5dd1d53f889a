#!lua
-- A change that a sink would not take: it becomes a dead letter.
--
-- KEYS     1 changes stream   2 sink:<name> hash   3 sink:<name>:attempts hash   4 sink:<name>:dead stream
-- ARGV     1 name   2 id of the entry   3 dead letters that are kept   4.. name and value of each field of the dead letter
-- RETURNS  1 buried; 0 the entry was not open any more, and nothing was done
-- WRITES   the group, the attempts, the dead letters, and of sink:<name> deadDropped
-- ATOMIC   it must be open or dead, never both and never neither

if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then return 0 end
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('HDEL', KEYS[3], ARGV[2])
local before = redis.call('XLEN', KEYS[4])
redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[3], '*', unpack(ARGV, 4))
local dropped = before + 1 - redis.call('XLEN', KEYS[4])
if dropped > 0 then redis.call('HINCRBY', KEYS[2], 'deadDropped', dropped) end
return 1
