-- KEYS: one per limit. ARGV: now, then per and interval of each limit (microseconds).
-- Returns per limit: microseconds to wait as a negative number, or, if none has to wait, the
-- requests that remain; where another limit refuses, an allowing one returns 0 or more.
local now = tonumber(ARGV[1])
local verdict, next_tat, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  local per, interval = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local tat = tonumber(redis.call('GET', key) or now)
  next_tat[i] = math.max(tat, now) + interval
  local room = now + per - next_tat[i]
  if room < 0 then
    verdict[i] = room
    refused = true
  else
    verdict[i] = math.floor(room / interval)
  end
end
if not refused then
  for i, key in ipairs(KEYS) do
    local lifetime = math.ceil((next_tat[i] - now) / 1000)
    -- %.0f: Lua would round a number of 16 digits when it writes it.
    redis.call('SET', key, string.format('%.0f', next_tat[i]), 'PX', string.format('%.0f', lifetime))
  end
end
return verdict
