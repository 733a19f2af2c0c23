-- Answers a request whose rule redirects it; the route's metadata says where to.

function envoy_on_request(handle)
  local rule = handle:metadata()
  local location = rule:get("location")
  if not location then
    return
  end
  local headers = handle:headers()
  local path, query = headers:get(":path"):match("^/?([^?]*)%??(.*)$")
  local parts = { host = headers:get(":authority"):gsub(":%d+$", ""), path = path, query = query }
  -- A question mark with nothing behind it goes; one that ends the request's own query stays.
  local ends = query == "" or location:sub(-1) == "?"
  location = location:gsub("#{(%l+)}", parts)
  if ends then
    location = location:gsub("%?$", "")
  end
  local answer = { [":status"] = rule:get("status"), ["location"] = location, ["content-type"] = "text/html" }
  for name, value in pairs(rule:get("headers")) do
    answer[name] = value
  end
  handle:respond(answer, rule:get("page"))
end
