#!lua
-- Takes batches that are no longer under way off their list.
--
-- KEYS     1 batches:under-way set   2..1+n batch:<id> hash, one a batch
-- ARGV     the ids of the batches, in the same order
-- RETURNS  how many were taken off
-- WRITES   batches:under-way
-- ATOMIC   a replay may have taken a batch up again since somebody saw it done

local taken = 0
for i, id in ipairs(ARGV) do
  local status = redis.call('HGET', KEYS[1 + i], 'status')
  if status ~= 'receiving' and status ~= 'running' then taken = taken + redis.call('SREM', KEYS[1], id) end
end
return taken
