-- One account's circuit breaker: the transitions of src/dispatch/health/breaker.ts (a test holds the two together), on
-- Redis time, so that all workers share one breaker.
-- KEYS[1]  the breaker: JSON {phase, at, openings, window: [{n, well, failed, slow}]}
-- ARGV[1]  settings: JSON {slots, slotMs, minimum, openMs, longestOpenMs, probeMs, forgetMs}
-- ARGV[2]  a report: JSON {well, failed, slow, probe, jitter}; '' asks for leave to send
-- returns  {breaker as JSON, now in ms since the epoch, 'opened' | 'probe' | ''}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local settings = cjson.decode(ARGV[1])

local function empty_window()
  local window = {}
  for i = 1, settings.slots do window[i] = { n = 0, well = 0, failed = 0, slow = 0 } end
  return window
end

local stored = redis.call('GET', KEYS[1])
local breaker = stored and cjson.decode(stored) or { phase = 'closed', at = 0, openings = 0, window = empty_window() }

local function answer(event)
  local json = cjson.encode(breaker)
  redis.call('SET', KEYS[1], json, 'PX', settings.forgetMs)
  return { json, now, event }
end

local function unchanged()
  return { stored or cjson.encode(breaker), now, '' }
end

if ARGV[2] == '' then
  if breaker.phase == 'closed' or now < breaker.at then return unchanged() end
  breaker.phase = 'probing'
  breaker.at = now + settings.probeMs
  return answer('probe')
end

local report = cjson.decode(ARGV[2])

local function open()
  local stayed_well = breaker.phase == 'closed' and now - breaker.at >= settings.longestOpenMs
  breaker.openings = stayed_well and 1 or breaker.openings + 1
  local open_ms = math.min(settings.openMs * 2 ^ (breaker.openings - 1), settings.longestOpenMs)
  breaker.phase = 'open'
  breaker.at = now + math.floor(open_ms * report.jitter)
  breaker.window = empty_window()
end

if breaker.phase == 'closed' then
  local n = math.floor(now / settings.slotMs)
  local slot = breaker.window[n % settings.slots + 1]
  if slot.n ~= n then slot.n, slot.well, slot.failed, slot.slow = n, 0, 0, 0 end
  for _, count in ipairs({ 'well', 'failed', 'slow' }) do slot[count] = slot[count] + report[count] end
  local well, failed = 0, 0
  for _, each in ipairs(breaker.window) do
    if each.n > n - settings.slots then
      well = well + each.well
      failed = failed + each.failed
    end
  end
  if well + failed >= settings.minimum and failed > well then
    open()
    return answer('opened')
  end
  return answer('')
end

if breaker.phase == 'open' or not report.probe then return unchanged() end
local ended = report.well + report.failed
if ended == 0 and report.slow == 0 then
  breaker.phase = 'open'
  breaker.at = now
elseif ended == 0 then
  breaker.at = now + settings.probeMs
elseif report.failed > report.well then
  open()
else
  breaker.phase = 'closed'
  breaker.at = now
end
return answer('')
