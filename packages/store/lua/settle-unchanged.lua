#!lua
-- Settles rows of a batch whose SKUs need no price any more: the live one is newer than what moved.
--
-- KEYS     1 batch:<id> hash, then its parts: 2 :packs  3 :settled bitmap  4 :results  5 :failed  6 :rejections  7 :trial
-- ARGV     1 batch id  2 now, ms  3 channel  then the ordinals
-- RETURNS  how many rows were settled now
-- WRITES   settled, the counter `unchanged`, and what finish-batch.lua writes
-- ATOMIC   the bit and the counter must agree at every poll

--- @include "finish-batch"

if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
local settled = 0
for i = 4, #ARGV do
  if redis.call('SETBIT', KEYS[3], ARGV[i], 1) == 0 then settled = settled + 1 end
end
if settled > 0 then
  redis.call('HINCRBY', KEYS[1], 'unchanged', settled)
  finish_batch(KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[2], ARGV[3], ARGV[1])
end
return settled
