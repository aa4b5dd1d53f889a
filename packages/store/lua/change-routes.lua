#!lua
-- Changes the routes, if nobody has changed them since they were read.
--
-- KEYS     1 routes hash
-- ARGV     1 the version that was read, '0' = there were none  2.. fields and values of the new routes in turn, `version` among them
-- RETURNS  1 changed, 0 somebody was faster: nothing was done
-- WRITES   routes, no TTL: what is rolled back stays so over restarts
-- ATOMIC   a judge must not roll back the successor of the canary that it judged, nor two people's changes be mixed

if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
