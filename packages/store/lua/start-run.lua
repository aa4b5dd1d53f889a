#!lua
-- Decides whether a job that has stalled may run again: counts a crash if the process that ran it last is dead, and lets suspects, which
-- have crashed often, run one at a time, so that what dies with one of them is not taken for the culprit.
--
-- KEYS     1 run:<job> string 'stallsSeen\tcrashes\tprocessId' ('' = nobody runs it)   2 processes zset id -> last sign of life, ms
--          3 suspect string 'jobId\tprocessId'
-- ARGV     1 job id  2 how often it has stalled  3 this process  4 what the channels of processes begin with
--          5 a sign of life counts for, ms  6 a suspect after so many crashes  7 quarantined after so many
-- RETURNS  {'run' | 'wait' another suspect runs | 'quarantine', crashes}
-- WRITES   run:<job> (TTL 1 day), suspect (TTL 2 minutes)
-- ATOMIC   two processes must not count the same crash twice, nor run two suspects at once

--- @include "process-lives"

local RUN_TTL_SECONDS, SUSPECT_TTL_SECONDS = 24 * 3600, 120
-- A Redis that is younger may not have heard of a living process again: what stalled while it was away is no crash.
local YOUNG_SECONDS = 10

local function redis_is_young()
  return tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)')) < YOUNG_SECONDS
end

local stalls, me, presence, alive_ms = tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
local suspect_at, quarantine_at = tonumber(ARGV[6]), tonumber(ARGV[7])

-- A process that died before it could note that it runs the job has left no entry: in doubt that is no crash.
local seen, crashes, last = 0, 0, nil
local entry = redis.call('GET', KEYS[1])
if entry then
  local a, b, c = string.match(entry, '^(%d+)\t(%d+)\t(.*)$')
  if not a then return redis.error_reply('WRONGFORMAT ' .. KEYS[1] .. ' holds no run') end
  seen, crashes, last = tonumber(a), tonumber(b), c
end
local was_run = stalls > seen and last and last ~= ''
if was_run and not process_lives(KEYS[2], presence, alive_ms, last) and not redis_is_young() then
  crashes = crashes + 1
end

local verdict, runs_it = 'run', me
if crashes >= quarantine_at then
  verdict, runs_it = 'quarantine', ''
elseif crashes >= suspect_at then
  local holder = redis.call('GET', KEYS[3])
  local job, process = string.match(holder or '', '^(.*)\t(.*)$')
  if job and job ~= ARGV[1] and process_lives(KEYS[2], presence, alive_ms, process) then
    verdict, runs_it = 'wait', ''
  else
    redis.call('SET', KEYS[3], ARGV[1] .. '\t' .. me, 'EX', SUSPECT_TTL_SECONDS)
  end
end
redis.call('SET', KEYS[1], string.format('%.0f\t%.0f\t%s', stalls, crashes, runs_it), 'EX', RUN_TTL_SECONDS)
return { verdict, crashes }
