-- Included by the scripts that keep the index of failed jobs: an entry, its place in time and the count of its reason change together.
-- An entry begins with its reason and a tab (failed-jobs.ts). Each failed_* takes the keys { failed-jobs, failed-jobs:at, failed-jobs:reasons }.

local function failed_drop(keys, job_id, entry)
  local reason = string.match(entry, '^[^\t]*')
  redis.call('HDEL', keys[1], job_id)
  redis.call('ZREM', keys[2], job_id)
  if redis.call('HINCRBY', keys[3], reason, -1) < 1 then redis.call('HDEL', keys[3], reason) end
end

-- Entries are ordered by when they came, in microseconds of Redis' clock, no two at the same: so a place among them is a cursor.
local function failed_put(keys, job_id, entry)
  local before = redis.call('HGET', keys[1], job_id)
  if before then failed_drop(keys, job_id, before) end
  local time = redis.call('TIME')
  local at_us = time[1] * 1000000 + time[2]
  local function at() return string.format('%.0f', at_us) end
  while redis.call('ZCOUNT', keys[2], at(), at()) > 0 do at_us = at_us + 1 end
  redis.call('HSET', keys[1], job_id, entry)
  redis.call('ZADD', keys[2], at(), job_id)
  redis.call('HINCRBY', keys[3], string.match(entry, '^[^\t]*'), 1)
end
