-- Included by the scripts that book tokens of the minute: how many a call may ask for, and how long one token holds the bucket.

-- 60 seconds, and half a second for the way to the gateway.
local WINDOW_US = 60500000
-- The bucket must hold one full pack, or a pack could never be admitted.
local MIN_TOKEN_BURST = 8192

local function token_bucket(tpm)
  local burst = math.min(math.floor(tpm / 2), math.max(math.ceil(tpm / 60), MIN_TOKEN_BURST))
  return burst, WINDOW_US / (tpm - burst)
end
