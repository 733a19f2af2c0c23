-- wrk … URL -- FILE: the requests of a file (`METHOD PATH` a line), over and over. Ends with a line of JSON.
local requests, current, threads = {}, 0, 0

-- Threads begin at different places, or they would ask for the same.
function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path = line:match("(%S+) (%S+)")
    requests[#requests + 1] = wrk.format(method, path)
  end
  current = math.floor(place * #requests / 2)
end

function request()
  current = current % #requests + 1
  return requests[current]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "failed": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
