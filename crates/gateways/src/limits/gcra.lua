-- Several requests, one after the other. KEYS: one per limit. ARGV: of each request now and how many limits it has,
-- then per and interval of each limit (microseconds).
-- Returns per limit: microseconds to wait as a negative number, or, if none of its request has to wait, the
-- requests that remain; where another limit refuses, an allowing one returns 0 or more.
local tats, changed, verdict = {}, {}, {}
local first, at = 1, 1
while ARGV[at] do
  local now, last = tonumber(ARGV[at]), first + tonumber(ARGV[at + 1]) - 1
  local next_tat, refused = {}, false
  at = at + 2
  for i = first, last do
    local key, per, interval = KEYS[i], tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    at = at + 2
    -- Many requests of a moment have the same key: it is read once. What is not there is long past.
    tats[key] = tats[key] or tonumber(redis.call('GET', key) or 0)
    next_tat[i] = math.max(tats[key], now) + interval
    local room = now + per - next_tat[i]
    if room < 0 then
      verdict[i] = room
      refused = true
    else
      verdict[i] = math.floor(room / interval)
    end
  end
  if not refused then
    for i = first, last do
      tats[KEYS[i]] = next_tat[i]
      changed[KEYS[i]] = now
    end
  end
  first = last + 1
end
for key, now in pairs(changed) do
  local lifetime = math.ceil((tats[key] - now) / 1000)
  -- %.0f: Lua would round a number of 16 digits when it writes it.
  redis.call('SET', key, string.format('%.0f', tats[key]), 'PX', string.format('%.0f', lifetime))
end
return verdict
