import { WAITS_FOR_OPTION } from '../workflows/wait-script.js'

/** The part of scripts that tells whether a job, of its options' text, has had its turn: it only ends as a workflow did. */
export const HAD_TURN = `
local function hadTurn(options)
  return type(options) == 'string' and string.find(options, '"${WAITS_FOR_OPTION}":"', 1, true) ~= nil
end
`

/** Where the engine's scripts ask whether the start of a job counts for its lane's rate: not of one that is only to fail. */
const IS_FREE = 'rcall("HEXISTS", jobKey, "defa") == 1'

/** Lets a script of the engine not count the start of a job either that has had its turn. */
export const freeStarts = (script: string): string =>
  `${HAD_TURN}${script.replace(IS_FREE, `(${IS_FREE} or hadTurn(rcall("HGET", jobKey, "opts")))`)}`

/**
 * The part of the turnstile that takes a job past the lane's rate where the first that waits has had its turn. The
 * window stays as it is.
 */
export const TAKE_FREE = `
local function takeFree(wait, limiter, max, jobs, take)
  local count = max and tonumber(redis.pcall('GET', limiter) or nil)
  local first = count and count >= max and redis.call('LINDEX', wait, -1)
  local left = first and hadTurn(redis.pcall('HGET', jobs .. first, 'opts')) and redis.call('PTTL', limiter) or 0
  if left <= 0 then return take() end
  redis.call('DEL', limiter)
  local given = take()
  redis.call('SET', limiter, count, 'PX', left)
  return given
end
`
