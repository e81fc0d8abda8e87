-- The same request with one key after the other. Arguments: a file of keys, one a line, a file with the body, and for how
-- many milliseconds whoever was refused waits before it asks again.

local requests, turn, wait = {}, 0, 0

function init(arguments)
  local file = assert(io.open(arguments[2]))
  local body = file:read("*a")
  file:close()
  for key in io.lines(arguments[1]) do
    local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
    table.insert(requests, wrk.format("POST", nil, headers, body))
  end
  -- Looking at answers costs, so only who wants it does.
  if arguments[3] then
    function response(status)
      if status ~= 200 then
        wait = tonumber(arguments[3])
      end
    end
    function delay()
      local now = wait
      wait = 0
      return now
    end
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
