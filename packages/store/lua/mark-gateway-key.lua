#!lua
-- Notes what became of a gateway key. What the gateway says never undoes what a person decided: a revoked key stays revoked until it is
-- restored. Of two workers that a key is refused at the same time, the longer rest wins.
--
-- KEYS     1 gateway keys hash: id -> `version\tstate\tuntilMs\trefusals\treason`
-- ARGV     1 id, 2 state ('active', 'resting', 'revoked'), 3 ms that a resting key rests, 4 refusals in a row, 5 reason,
--          6 '1' a person decided, '0' the gateway did
-- RETURNS  1 it is noted, 0 it is not, for what is there stands
-- WRITES   gateway keys, no TTL
-- ATOMIC   read and write of the same entry, rising versions

local id, state, by_person = ARGV[1], ARGV[2], ARGV[6] == '1'
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local until_ms = state == 'resting' and now_ms + tonumber(ARGV[3]) or 0
local refusals = tonumber(ARGV[4])

local entry = redis.call('HGET', KEYS[1], id)
local version, was, was_until, was_refusals = 0, 'active', 0, 0
if entry then
  local v, s, u, r = string.match(entry, '^(%d+)\t(%a+)\t(%d+)\t(%d+)\t')
  version, was, was_until, was_refusals = tonumber(v), s, tonumber(u), tonumber(r)
end
if not by_person then
  if was == 'revoked' then return 0 end
  if state == 'active' and was == 'active' then return 0 end
  if state == 'resting' and was == 'resting' and was_until >= until_ms and was_refusals >= refusals then return 0 end
end
-- By the clock, so that it rises also when the entry is lost and begun anew.
local next_version = math.max(version + 1, now_ms)
redis.call('HSET', KEYS[1], id, string.format('%.0f\t%s\t%.0f\t%.0f\t%s', next_version, state, until_ms, refusals, ARGV[5]))
return 1
