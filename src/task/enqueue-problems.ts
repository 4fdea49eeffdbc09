import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { DURATION_FORM, parseDuration } from '../time/duration.js'
import type { EnqueueOptions } from './enqueue-options.js'
import { queueNameProblem } from './names.js'
import { retriesProblem } from './options.js'

const KEYS = ['countdown', 'queue', 'retries'] as const satisfies readonly (keyof EnqueueOptions)[]
/** The engine keeps due times exactly until then (September 2039 from 2026 on). */
const MAX_COUNTDOWN_MS = 12 * 365 * 86_400_000

/**
 * Everything that is wrong with the options of an enqueue; nothing when they are right.
 *
 * @param path the key that holds the options, where one does: `schedule.nightly.options`
 */
export function enqueueOptionProblems(options: unknown, path = ''): Problem[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [{ key: path || 'options', expected: "an object such as { countdown: '5m' }", got: show(options) }]
  }
  const prefix = path === '' ? '' : `${path}.`
  const { countdown, queue, retries } = options as Readonly<Record<string, unknown>>
  const found = [
    countdownProblem(`${prefix}countdown`, countdown),
    queue === undefined ? undefined : queueNameProblem(`${prefix}queue`, queue),
    retriesProblem(`${prefix}retries`, retries),
  ]
  return [...unknownKeys(options, KEYS, prefix), ...found.filter((problem) => problem !== undefined)]
}

function countdownProblem(key: string, value: unknown): Problem | undefined {
  const ms = parseDuration(value ?? 0)
  if (ms !== undefined && ms <= MAX_COUNTDOWN_MS) return undefined
  return { key, expected: `${DURATION_FORM}, at most 12 years`, got: show(value) }
}
