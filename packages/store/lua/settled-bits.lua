-- Included by the scripts that look at a batch's bits: reads and sets the bits of one pack, whose rows lie close together, with one command.

local function span(ordinals)
  local first, last = math.huge, -1
  for _, ordinal in ipairs(ordinals) do
    first, last = math.min(first, ordinal), math.max(last, ordinal)
  end
  return math.floor(first / 8), math.floor(last / 8)
end

local function bytes_of(key, from, to)
  local bytes = { string.byte(redis.call('GETRANGE', key, from, to), 1, -1) }
  for i = #bytes + 1, to - from + 1 do bytes[i] = 0 end
  return bytes
end

-- '1' for each settled row, '0' for each other.
local function read_settled(key, ordinals)
  local from, to = span(ordinals)
  local bytes, settled = bytes_of(key, from, to), {}
  for i, ordinal in ipairs(ordinals) do
    local byte = bytes[math.floor(ordinal / 8) - from + 1]
    settled[i] = math.floor(byte / 2 ^ (7 - ordinal % 8)) % 2 == 1 and '1' or '0'
  end
  return settled
end

-- Settles rows that are not settled yet.
local function write_settled(key, ordinals)
  local from, to = span(ordinals)
  local bytes = bytes_of(key, from, to)
  for _, ordinal in ipairs(ordinals) do
    local at = math.floor(ordinal / 8) - from + 1
    bytes[at] = bytes[at] + 2 ^ (7 - ordinal % 8)
  end
  redis.call('SETRANGE', key, from, string.char(unpack(bytes)))
end
