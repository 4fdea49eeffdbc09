import type { SteerRequest } from '../control/steer.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { OptionReader } from '../task/options/option-reader.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'

/** Which workers are asked. */
export interface InspectTarget {
  /**
   * Their names (`emails@web-1`, or `emails` for all of that name, on any host) or ids. Default: all that live.
   */
  readonly destination?: string | readonly string[]
}

/** Which workers are told something, and how long is waited for those that do not answer. */
export interface ControlTarget extends InspectTarget {
  /** Default `'2s'`. A call returns sooner when all have answered. */
  readonly timeout?: Duration
}

/**
 * Reads which workers are meant. A misspelt `destination` must not mean all of them.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`
 */
export function toRequest(target: ControlTarget = {}, more: readonly string[] = []): SteerRequest {
  const expected = "an object such as { destination: 'emails' }"
  if (typeof target !== 'object' || target === null || Array.isArray(target))
    throw new TaskqError('TASKQ_CONTROL_INVALID', `expected ${expected}, got ${show(target)}`)
  const reader = new OptionReader(target)
  reader.refuseUnknown(['destination', 'timeout', ...more])
  const destination = reader.read('destination', "a worker's name, or an array of names", isDestination)
  const timeoutMs = reader.duration('timeout')
  if (reader.problems.length > 0) throw new TaskqError('TASKQ_CONTROL_INVALID', reader.complaint)
  return {
    ...(destination !== undefined && { destination: [destination].flat() }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}

const isDestination = (value: unknown): value is string | readonly string[] =>
  [value].flat().every((name) => typeof name === 'string' && name !== '')

/** @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toMs(key: string, duration: Duration): number {
  const ms = parseDuration(duration)
  if (ms !== undefined) return ms
  const problem = formatProblem({ key, expected: DURATION_FORM, got: show(duration) })
  throw new TaskqError('TASKQ_CONTROL_INVALID', problem)
}
