-- One account's rate limit: the arithmetic of src/dispatch/gcra.ts (a test holds the two together), on Redis time, so that
-- all workers share one limit exactly. Instants and waits are whole microseconds.
-- KEYS[1]  the limit: a hash of tat, loan, pause, slowed, factor; it expires once it says no more than its absence would
-- ARGV[1]  'routine' | 'critical' take units, 'charge' counts units, 'slow' slows the account down
-- ARGV[2]  the units a second of an account that is not slowed
-- ARGV[3]  how many units; for 'slow' how many microseconds nothing may be sent
-- returns  {wait (0: done), now, tat, loan, pause, slowed, factor as text}
local SECOND = 1000000
local BURST = SECOND
local LOAN = 2 * SECOND
local RECOVERY = 60 * SECOND

local kind, per_second, amount = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * SECOND + time[2]
local stored = redis.call('HMGET', KEYS[1], 'tat', 'loan', 'pause', 'slowed', 'factor')
local tat = tonumber(stored[1]) or 0
local loan = tonumber(stored[2]) or 0
local pause = tonumber(stored[3]) or 0
local slowed = tonumber(stored[4]) or 0
local factor = tonumber(stored[5]) or 1

local function answer(wait)
  return { wait, now, tat, loan, pause, slowed, string.format('%.17g', factor) }
end

local function whole(number)
  return string.format('%.0f', number)
end

local function keep()
  redis.call('HSET', KEYS[1], 'tat', whole(tat), 'loan', whole(loan), 'pause', whole(pause), 'slowed', whole(slowed),
    'factor', string.format('%.17g', factor))
  local until_all_is_over = math.max(tat, loan, pause, slowed + (1 - factor) * RECOVERY)
  redis.call('PEXPIRE', KEYS[1], math.max(1, math.ceil((until_all_is_over - now) / 1000)))
end

local factor_now = math.min(1, factor + math.max(0, now - slowed) / RECOVERY)

if kind == 'slow' then
  if now - slowed >= SECOND then
    factor = math.max(math.min(1, 1 / per_second), 0.01, factor_now / 2)
    slowed = now
  end
  pause = math.max(pause, now + amount)
  tat = math.max(tat, pause + BURST)
  keep()
  return answer(0)
end

local cost = math.ceil(amount * SECOND / (per_second * factor_now))
local debt = math.max(0, tat - now)
local borrowed = math.max(0, loan - now)
local borrows = false
if kind ~= 'charge' then
  local wait = debt - math.max(0, BURST - cost)
  if kind == 'critical' and wait > 0 then
    borrows = true
    wait = math.min(wait, borrowed - math.max(0, LOAN - cost))
  end
  wait = math.max(wait, pause - now)
  if wait > 0 then return answer(wait) end
end
tat = now + debt + cost
if borrows then loan = now + borrowed + cost end
keep()
return answer(0)
