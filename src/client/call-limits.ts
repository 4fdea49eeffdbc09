import type { LimitKeys } from '../codec/envelope-fields.js'
import { laneLimitsOf } from '../engine/limits/lane-limits.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { ResolvedCall } from '../task/enqueue-problems.js'
import type { KeyOfArgs } from '../task/options/limit-options.js'
import type { ResolvedTaskOptions } from '../task/options.js'
import type { KnownTask } from './destination.js'

/**
 * Under which keys a job's limits count it: what the call says, else what its task makes of the arguments. Undefined
 * where its task's limits are not divided by keys, or its code is not here and the call names none: then the job counts
 * with all others that have no key.
 *
 * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID` where a key function throws, or gives no key
 */
export function limitKeysOf(
  task: ResolvedTaskOptions | undefined,
  args: readonly unknown[],
  call: Pick<ResolvedCall, 'rateKey' | 'concurrencyKey'>,
): LimitKeys | undefined {
  const rate = call.rateKey ?? (task?.rateKey && keyOf(task.name, 'rateKey', task.rateKey, args))
  const concurrency =
    call.concurrencyKey ?? (task?.concurrencyKey && keyOf(task.name, 'concurrencyKey', task.concurrencyKey, args))
  if (rate === undefined && concurrency === undefined) return undefined
  return { ...(rate !== undefined && { rate }), ...(concurrency !== undefined && { concurrency }) }
}

/** The keys of a call that do nothing: limits that are not there, or not divided, as far as is known here. */
export function idleKeysOf(
  { definition, facts }: KnownTask,
  call: Pick<ResolvedCall, 'rateKey' | 'concurrencyKey'>,
): readonly IdleKey[] {
  if (call.rateKey === undefined && call.concurrencyKey === undefined) return []
  const keyed = definition === undefined ? facts && (facts.keyed ?? []) : (laneLimitsOf(definition).keyed ?? [])
  if (keyed === undefined) return []
  return [
    ...(call.rateKey === undefined || keyed.includes('rate') ? [] : (['rateKey'] as const)),
    ...(call.concurrencyKey === undefined || keyed.includes('concurrency') ? [] : (['concurrencyKey'] as const)),
  ]
}

/** An option of a call that does nothing where its task has none. */
export type IdleKey = 'rateKey' | 'concurrencyKey'

const LONGEST_KEY = 200

/** What a function makes of a job's arguments, as a text. */
export function keyOf(task: string, option: string, of: KeyOfArgs, args: readonly unknown[]): string {
  const expected = `${option}: expected a function that returns a text of 1 to ${LONGEST_KEY} characters, or a number`
  let key: unknown
  try {
    key = of(...(args as never[]))
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : show(cause)
    throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${expected}; it threw ${message}`, { cause })
  }
  const text = typeof key === 'number' && Number.isFinite(key) ? String(key) : key
  if (typeof text === 'string' && text.length > 0 && text.length <= LONGEST_KEY) return text
  throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${expected}, got ${show(key)}`)
}
