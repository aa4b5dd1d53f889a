#!lua
-- Forgets failed jobs that nobody replayed for long, the oldest first.
--
-- KEYS     1 failed-jobs hash  2 failed-jobs:at zset  3 failed-jobs:reasons hash
-- ARGV     1 how long they are kept, ms  2 how many to forget at most
-- RETURNS  how many were forgotten
-- WRITES   failed-jobs, failed-jobs:at, failed-jobs:reasons
-- ATOMIC   an entry and the count of its reason go together

--- @include "failed-index"

local time = redis.call('TIME')
local before_us = string.format('%.0f', time[1] * 1000000 + time[2] - ARGV[1] * 1000)
local old = redis.call('ZRANGE', KEYS[2], '-inf', before_us, 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, job_id in ipairs(old) do failed_drop({ KEYS[1], KEYS[2], KEYS[3] }, job_id, redis.call('HGET', KEYS[1], job_id) or '') end
return #old
