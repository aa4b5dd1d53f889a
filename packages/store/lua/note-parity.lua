#!lua
-- Takes down what a sink did with prices that it was given once more: of a resync, or a dead letter.
--
-- KEYS     1 sinks:registered set   2 sinks:removed set   3 sinks:parity hash   4 sinks:parity:counts hash
-- ARGV     1 name of the sink   2 now, ms   3 '1' = only what is followed already   4.. of each price: sku, revision, outcome
-- RETURNS  nothing
-- WRITES   3, 4 (compare-sinks.lua)
-- ATOMIC   two sinks that settle a SKU at once must not both find the other missing

--- @include "compare-sinks"

local note = comparison(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2])
if not note then return end
for i = 4, #ARGV, 3 do note(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[3] == '1') end
