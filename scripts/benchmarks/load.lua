-- Sends the bodies of a file, a line each, one after another; each thread begins elsewhere in the file.
local bodies = {}
for line in io.lines(os.getenv("BENCHMARK_BODIES")) do
   bodies[#bodies + 1] = line
end
local threads = 0

function setup(thread)
   thread:set("first", threads * 37)
   threads = threads + 1
end

local number

function init()
   number = first
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   number = number % #bodies + 1
   return wrk.format(nil, nil, nil, bodies[number])
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
