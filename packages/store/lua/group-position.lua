-- Included by the scripts that look how far a sink has come in the change stream.

local function fields_of(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

-- The group of a sink, and the stream; the group is nil where it, or the stream, is gone.
local function group_position(changes_key, name)
  if redis.call('EXISTS', changes_key) == 0 then return nil, nil end
  local stream = fields_of(redis.call('XINFO', 'STREAM', changes_key))
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', changes_key)) do
    local group = fields_of(flat)
    if group['name'] == name then return group, stream end
  end
  return nil, stream
end

-- How many entries of all that there ever were lie behind this group: take-changes.lua keeps count. Without one it has had what was cut.
local function read_by(group, stream) return group['entries-read'] or stream['entries-added'] - stream['length'] end

-- How many entries the stream has cut before this group was handed them. Exact as long as nobody deletes from its middle.
local function missed_by(group, stream)
  return math.max(0, stream['entries-added'] - stream['length'] - read_by(group, stream))
end
