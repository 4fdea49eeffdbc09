/** How late a key may ask for its next window without losing time, in milliseconds. */
const LATE_MS = 50

/** The part of the turnstile that knows the windows by which keys are held to their rate. */
export const KEY_WINDOWS = `
-- When a key's window began, in microseconds, and how many started in it.
local function windowOf(key)
  local from, count = string.match(textOf(redis.pcall('GET', base .. 'window:' .. epoch .. ':' .. key)), '^(%d+):(%d+)$')
  return numberOf(from), numberOf(count)
end

local function opensIn(key)
  if not keyMax then return 0 end
  local from, count = windowOf(key)
  if count < keyMax then return 0 end
  return math.max(0, from + keyDuration * 1000 - now)
end

-- A window that is asked for a little late begins where the one before it ended: else each such delay slows the rate.
local function charge(key)
  if not keyMax then return end
  local length = keyDuration * 1000
  local from, count = windowOf(key)
  local late = now - from - length
  if late >= 0 then
    from, count = late <= math.min(length / 4, ${LATE_MS * 1000}) and from + length or now, 0
  end
  local window = base .. 'window:' .. epoch .. ':' .. key
  call('SET', window, string.format('%.0f:%.0f', from, count + 1), 'PX', string.format('%.0f', keyDuration * 2 + ${LATE_MS}))
end
`
