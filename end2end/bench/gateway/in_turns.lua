-- The same request with one key after the other. Arguments: a file of keys, one a line, and a file with the body.

local requests, turn = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[2]))
  local body = file:read("*a")
  file:close()
  for key in io.lines(arguments[1]) do
    local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
    table.insert(requests, wrk.format("POST", nil, headers, body))
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("\ndone %d %d %d\n", summary.requests, summary.duration, failed))
end
