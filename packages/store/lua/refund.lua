-- Included by the scripts that end a reservation whose call was never sent: its dollars and tokens are free again. Its slot is not.
local function refund(budget, reservations, expiry, tokens, id, r)
  redis.call('HDEL', reservations, id)
  redis.call('ZREM', expiry, id)
  redis.call('HINCRBY', budget, 'reservedNanoUsd', int(0 - r.cost))
  correct_tokens(tokens, r.bucket, 0 - r.tokens)
end
