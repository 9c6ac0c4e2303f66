-- What wrk sends: the body that it is told, with `{n}` counted up, or no body. And what it says in the end, as JSON.

local body, sent = nil, 0

function init(args)
  body = args[1]
  if body == nil then return end
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.body = body
end

function request()
  if body == nil or not body:find("{n}", 1, true) then return wrk.format() end
  sent = sent + 1
  return wrk.format(nil, nil, nil, (body:gsub("{n}", tostring(sent))))
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"perSecond":%.1f,"p99Ms":%.1f,"refused":%d,"broken":%d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(99) / 1e3,
    failed.status,
    failed.connect + failed.read + failed.write + failed.timeout
  ))
end
