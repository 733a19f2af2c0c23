-- What the load balancer does to the headers of a request. Before it stand three values:
-- port (where the client came in), protocol (http or https), drop (whether invalid names are dropped).

-- Every worker has a state of its own, and none may make another's ids.
math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 2 ^ 31)

local bits = {}
for number = 0, 255 do
  local text = ""
  for place = 7, 0, -1 do
    text = text .. math.floor(number / 2 ^ place) % 2
  end
  bits[number] = text
end

local function new_id()
  local random = {}
  for part = 1, 4 do
    random[part] = string.format("%06x", math.random(0, 0xffffff))
  end
  return string.format("1-%08x-%s", os.time(), table.concat(random))
end

-- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
local function traced(trace)
  if not trace or not trace:find("Root=", 1, true) then
    return "Root=" .. new_id() .. (trace and ";" .. trace or "")
  end
  local kept = trace:gsub("Self=[^;]*;?", ""):gsub(";$", "")
  return "Self=" .. new_id() .. ";" .. kept
end

local function drop_invalid(headers)
  local invalid = {}
  for name, _ in pairs(headers) do
    -- A name with a colon in front is part of the request line.
    if not name:find("^:?[-%a%d]+$") then
      invalid[#invalid + 1] = name
    end
  end
  for _, name in ipairs(invalid) do
    headers:remove(name)
  end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if drop then
    drop_invalid(headers)
  end
  local from = handle:streamInfo():downstreamDirectRemoteAddress()
  local a, b, c, d = from:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)")
  local source = a .. "." .. b .. "." .. c .. "." .. d
  local before = headers:get("x-forwarded-for")
  headers:replace("x-forwarded-for", before and before .. ", " .. source or source)
  headers:replace("x-forwarded-proto", protocol)
  headers:replace("x-forwarded-port", port)
  headers:replace("x-amzn-trace-id", traced(headers:get("x-amzn-trace-id")))
  local octets = { tonumber(a), tonumber(b), tonumber(c), tonumber(d) }
  for place = 1, 4 do
    octets[place] = bits[octets[place]]
  end
  -- Envoy looks for the rule when this has changed the headers.
  headers:replace("x-emulator-source", table.concat(octets))
end
