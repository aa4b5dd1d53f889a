#!lua
-- Forgets who ran jobs that have never stalled, after their runs have ended.
--
-- KEYS     1.. run:<job> string 'stallsSeen\tcrashes\tprocessId'
-- ARGV     1 what they hold if nobody has taken the job over
-- RETURNS  nothing
-- WRITES   run:<job>
-- ATOMIC   the process that has taken a job over must stay noted

for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('UNLINK', key) end
end
