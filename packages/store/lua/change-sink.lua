#!lua
-- Changes fields of a sink that is known, such as its state.
--
-- KEYS     1 sink:<name> hash
-- ARGV     1 the state that it must be in; '' = any   2.. name and value of each field; '' = absent from now on
-- RETURNS  1 changed; 0 it is not known, or in another state: nothing was done
-- WRITES   sink:<name>
-- ATOMIC   a sink that a person paused must not be stopped by a machine a moment later, nor one come back that was removed

--- @include "clock"
--- @include "integer"

local state = redis.call('HGET', KEYS[1], 'state')
if not state or (ARGV[1] ~= '' and ARGV[1] ~= state) then return 0 end
for i = 2, #ARGV, 2 do
  if ARGV[i] == 'state' then redis.call('HSET', KEYS[1], 'sinceMs', int(math.floor(now_us() / 1000))) end
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
return 1
