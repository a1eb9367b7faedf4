-- What wrk requests: wrk -s load.lua URL -- round COUNT | fresh NAME | zipf COUNT SKEW SEED
--   round  /PATH/1 to /PATH/COUNT, one after another
--   fresh  a URL that was not requested before; NAME distinguishes one run's from another's
--   zipf   /PATH/1 to /PATH/COUNT, the n-th as often as 1/n^SKEW says
-- PATH is the URL's. The last line of output is "total REQUESTS RATE P50 P99 P999 BAD": the rate by second, latencies in us.
local next_path

local function round(path, count)
  local requests, at = {}, 0
  for i = 1, count do requests[i] = wrk.format("GET", path .. "/" .. i) end
  return function()
    at = at % count + 1
    return requests[at]
  end
end

local function fresh(path, name)
  local at = 0
  return function()
    at = at + 1
    return wrk.format("GET", path .. "/" .. name .. "-" .. at)
  end
end

local function zipf(path, count, skew, seed)
  local sums, sum = {}, 0
  for i = 1, count do
    sum = sum + 1 / i ^ skew
    sums[i] = sum
  end
  math.randomseed(seed)
  return function()
    local wanted, low, high = math.random() * sum, 1, count
    while low < high do
      local middle = math.floor((low + high) / 2)
      if sums[middle] < wanted then low = middle + 1 else high = middle end
    end
    return wrk.format("GET", path .. "/" .. low)
  end
end

function init(args)
  local path, kind = wrk.path, args[1]
  if kind == "round" then next_path = round(path, tonumber(args[2])) end
  if kind == "fresh" then next_path = fresh(path, args[2]) end
  if kind == "zipf" then next_path = zipf(path, tonumber(args[2]), tonumber(args[3]), tonumber(args[4])) end
end

function request() return next_path() end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("total %d %.0f %d %d %d %d\n", summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), bad))
end
