-- Purges a tag of its own with every request.
local at = 0
local headers = {["Content-Type"] = "application/json"}

function delay() return 1 end  -- milliseconds: so 12 connections make some 10,000 requests a second

function request()
  at = at + 1
  return wrk.format("POST", nil, headers, '{"tag": "storm-' .. at .. '"}')
end
