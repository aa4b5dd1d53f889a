-- Included by the scripts that count tokens of the minute: a hash of buckets of half a second, `sum` of those from bucket `from` on.
--
-- A call's tokens stand in the bucket of its admission; it reaches the gateway up to 1.5 s later (booked up to 1 s ahead, used up to 0.5 s
-- late). So any 60 s at the gateway lie within 124 buckets, and their sum is never let above the limit.

local BUCKET_US, BUCKETS = 500000, 124
local TOKEN_WINDOW_MS = BUCKETS * BUCKET_US / 1000

local function bucket_at(us) return math.floor(us / BUCKET_US) end

-- Tokens in the window that ends with this bucket, its first bucket, and the names of those that are past. Writes nothing.
local function read_tokens(key, bucket)
  local first = bucket - BUCKETS + 1
  local window = redis.call('HMGET', key, 'sum', 'from')
  local sum, from = tonumber(window[1]) or 0, tonumber(window[2]) or first
  if from + BUCKETS * 4 < first or from > bucket then return 0, first, 'all' end
  local past = {}
  for b = from, first - 1 do past[#past + 1] = int(b) end
  if #past == 0 then return sum, from, past end
  for _, tokens in ipairs(redis.call('HMGET', key, unpack(past))) do sum = sum - (tonumber(tokens) or 0) end
  return sum, first, past
end

local function add_tokens(key, bucket, tokens, sum, from, past)
  if past == 'all' then
    redis.call('DEL', key)
  elseif #past > 0 then
    redis.call('HDEL', key, unpack(past))
  end
  redis.call('HINCRBY', key, int(bucket), int(tokens))
  redis.call('HSET', key, 'sum', int(sum + tokens), 'from', int(from))
end

-- Gives tokens back to the bucket they were taken from, or books what was used beyond them. One that is past has left the sum already;
-- 0 stands for a call that was admitted without a limit.
local function correct_tokens(key, bucket, tokens)
  if bucket == 0 or tokens == 0 or redis.call('HEXISTS', key, int(bucket)) == 0 then return end
  redis.call('HINCRBY', key, int(bucket), int(tokens))
  redis.call('HINCRBY', key, 'sum', int(tokens))
end

-- ms until so many tokens have left the window.
local function tokens_free_in_ms(key, now, from, excess)
  for bucket = from, bucket_at(now) do
    excess = excess - (tonumber(redis.call('HGET', key, int(bucket))) or 0)
    if excess <= 0 then return math.ceil(((bucket + BUCKETS) * BUCKET_US - now) / 1000) end
  end
  return TOKEN_WINDOW_MS
end
