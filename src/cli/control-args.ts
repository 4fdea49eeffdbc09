import { MAX_SLOTS } from '../engine/control/parse-command.js'
import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { queueNameProblem } from '../task/names.js'
import { MAX_CONCURRENCY } from '../task/options/limit-options.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import { parseRate, RATE_FORM } from '../time/rate.js'

/** A count as it stands on a command line. @throws TaskqError `TASKQ_USAGE` */
export function readCount(name: string, text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= MAX_SLOTS) return count
  throw wrong({ key: name, expected: `a whole number from 1 to ${MAX_SLOTS}`, got: show(text) })
}

/** A queue's name. @throws TaskqError `TASKQ_USAGE` */
export function readQueue(name: string, text: string): string {
  const problem = queueNameProblem(name, text)
  if (problem !== undefined) throw wrong(problem)
  return text
}

/**
 * The bounds of `autoscale MAX MIN`, or none for `off`. `MAX,MIN`, as `taskq worker --autoscale` has it, is read too.
 *
 * @throws TaskqError `TASKQ_USAGE`
 */
export function readBounds(max: string, min: string | undefined): { readonly min?: number; readonly max?: number } {
  const [, first, second] = /^([^,]*),([^,]*)$/.exec(max) ?? []
  if (first !== undefined && min === undefined) return readBounds(first, second)
  if (max === 'off' && min === undefined) return {}
  if (max === 'off') throw wrong({ key: 'MIN', expected: 'nothing after off', got: show(min) })
  const most = readCount('MAX', max)
  if (min === undefined) throw wrong({ key: 'MIN', expected: `a whole number from 1 to ${most}`, got: 'nothing' })
  const least = readCount('MIN', min)
  if (least > most) throw wrong({ key: 'MIN', expected: `at most MAX, which is ${most}`, got: show(min) })
  return { min: least, max: most }
}

/** What puts the code's own back. */
const RESET: readonly string[] = ['reset', 'default']

/** A rate, or null for `reset`. @throws TaskqError `TASKQ_USAGE` */
export function readRate(text: string): string | null {
  if (RESET.includes(text)) return null
  if (parseRate(text) === undefined) throw wrong({ key: 'RATE', expected: `${RATE_FORM}, or reset`, got: show(text) })
  return text
}

/** How many jobs of a task may run at once, or null for `reset`. @throws TaskqError `TASKQ_USAGE` */
export function readMost(text: string): number | null {
  if (RESET.includes(text)) return null
  const most = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (most >= 1 && most <= MAX_CONCURRENCY) return most
  throw wrong({ key: 'N', expected: `a whole number from 1 to ${MAX_CONCURRENCY}, or reset`, got: show(text) })
}

/** Time limits, or null for `reset`. @throws TaskqError `TASKQ_USAGE` */
export function readTimeLimits(soft: string, hard: string | undefined): { softMs?: number; hardMs?: number } | null {
  if (RESET.includes(soft) && hard === undefined) return null
  if (RESET.includes(soft)) throw wrong({ key: 'HARD', expected: `nothing after ${soft}`, got: show(hard) })
  const softMs = soft === 'none' ? undefined : readLimit('SOFT', soft, ', none, or reset')
  const hardMs = hard === undefined ? undefined : readLimit('HARD', hard, '')
  if (softMs === undefined && hardMs === undefined) {
    throw wrong({ key: 'HARD', expected: 'a duration where SOFT is none', got: 'nothing' })
  }
  if (softMs !== undefined && hardMs !== undefined && hardMs <= softMs) {
    throw wrong({ key: 'HARD', expected: `more than SOFT, which is ${soft}`, got: show(hard) })
  }
  return { ...(softMs !== undefined && { softMs }), ...(hardMs !== undefined && { hardMs }) }
}

function readLimit(name: string, text: string, others: string): number {
  const ms = parseDuration(/^\d{1,15}$/.test(text) ? Number(text) : (text as Duration))
  if (ms !== undefined && ms > 0) return ms
  throw wrong({ key: name, expected: `${DURATION_FORM}${others}`, got: show(text) })
}

const wrong = (problem: Problem): TaskqError => new TaskqError('TASKQ_USAGE', formatProblem(problem))
