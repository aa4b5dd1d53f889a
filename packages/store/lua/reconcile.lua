#!lua
-- Books what the gateway's bill of the day says, and opens the day again.
--
-- KEYS     1 limits hash   2 budget:<date> hash   3 reservations:<date> hash   4 unsettled:<date> hash
-- ARGV     1 what the bill says, nano-USD
-- RETURNS  0 done; else how many calls are under way, whose cost the bill may or may not hold: nothing was done
-- WRITES   budget, unsettled, vouchedEpoch
-- ATOMIC   no call may be settled between the look and the booking

--- @include "key-types"

local wrong = wrong_type('hash', { KEYS[1], KEYS[2], KEYS[3], KEYS[4] })
if wrong then return wrong end

local under_way = redis.call('HLEN', KEYS[3])
if under_way > 0 then return under_way end
redis.call('HSET', KEYS[2], 'spentNanoUsd', ARGV[1], 'reservedNanoUsd', '0', 'unsettledNanoUsd', '0')
redis.call('HDEL', KEYS[2], 'closed', 'closedAtMs')
redis.call('DEL', KEYS[4])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch then redis.call('HSET', KEYS[1], 'vouchedEpoch', epoch) end
return 0
