-- wrk … URL -- METHOD PATH COUNT: requests of METHOD to PATH, its %d a number below COUNT. Ends with a line of JSON.
local method, path, count

function init(arguments)
  method, path, count = arguments[1], arguments[2], tonumber(arguments[3])
end

function request()
  return wrk.format(method, string.format(path, math.random(0, count - 1)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "failed": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
