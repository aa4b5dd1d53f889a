#!lua
-- Notes that nobody runs a job any more that has stalled before, and lets the next suspect run.
--
-- KEYS     1 run:<job> string 'stallsSeen\tcrashes\tprocessId'   2 suspect string 'jobId\tprocessId'
-- ARGV     1 job id  2 this process
-- RETURNS  1 it was ours, 0 another process runs it or nobody
-- WRITES   run:<job> (TTL as it was), suspect
-- ATOMIC   the process that has taken the job over must stay noted

if redis.call('GET', KEYS[2]) == ARGV[1] .. '\t' .. ARGV[2] then redis.call('DEL', KEYS[2]) end
local seen, crashes, last = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)\t(%d+)\t(.*)$')
if last ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], seen .. '\t' .. crashes .. '\t', 'KEEPTTL')
return 1
