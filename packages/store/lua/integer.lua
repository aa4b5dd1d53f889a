-- Included by the scripts that write amounts: what Lua itself makes of a number keeps 14 digits, this keeps all of them up to 2^53.
local function int(value) return string.format('%.0f', value) end
