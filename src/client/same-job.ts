import { createHash } from 'node:crypto'
import type { NewJob, SameJob } from '../engine/delivery.js'
import type { ResolvedCall } from '../task/enqueue-problems.js'
import type { SameJobRule, UniqueKey } from '../task/options/unique-options.js'
import type { ResolvedTaskOptions } from '../task/options.js'
import { keyOf } from './call-limits.js'

/** What makes a call the same as an earlier one, for the broker and for people. */
export interface Sameness extends Pick<NewJob, 'sameJob' | 'idempotency'> {
  /** What the job carries to tell people. */
  readonly sameAs?: string
}

const NOTHING: Sameness = Object.freeze({})

/**
 * What makes a call the same as an earlier one: its own rule, else its task's; and its idempotency key beside that.
 *
 * @throws TaskqError `TASKQ_ENQUEUE_OPTION_INVALID` where a key function throws, or gives no key
 */
export function samenessOf(
  task: ResolvedTaskOptions | undefined,
  name: string,
  args: readonly unknown[],
  { sameJob, idempotency }: ResolvedCall,
): Sameness {
  const rule = sameJob ?? task?.sameJob
  if (!rule && idempotency === undefined) return NOTHING
  const same = rule ? sameJobOf(name, rule, args) : undefined
  const call = idempotency && { id: `${name}:${idempotency.key}`, ttlMs: idempotency.ttlMs }
  return {
    ...(same && { sameJob: same }),
    ...(call && { idempotency: call }),
    sameAs: (same ?? call)?.id as string,
  }
}

function sameJobOf(task: string, rule: SameJobRule, args: readonly unknown[]): SameJob {
  // No task's name has a colon.
  const id = `${task}:${keyText(task, rule, args)}`
  switch (rule.kind) {
    case 'unique':
      return { kind: rule.kind, id, until: rule.until }
    case 'unique-for':
      return { kind: rule.kind, id, forMs: rule.forMs }
    case 'throttle':
      return { kind: rule.kind, id, forMs: rule.everyMs }
    case 'debounce':
      return { kind: rule.kind, id, waitMs: rule.waitMs }
    case 'keep-latest':
      return { kind: rule.kind, id }
  }
}

function keyText(task: string, { kind, key }: SameJobRule, args: readonly unknown[]): string {
  if (key !== undefined) return textOf(task, OPTIONS[kind], key, args)
  return kind === 'unique' || kind === 'unique-for' ? hashOf(args) : ALL
}

/** Stands for all calls of a task. */
const ALL = '*'

const OPTIONS: Readonly<Record<SameJobRule['kind'], string>> = {
  unique: 'unique.key',
  'unique-for': 'unique.key',
  throttle: 'throttle.key',
  debounce: 'debounce.key',
  'keep-latest': 'keepLatest.key',
}

const textOf = (task: string, option: string, key: UniqueKey, args: readonly unknown[]): string =>
  typeof key === 'string' ? key : keyOf(task, option, key, args)

/** The same for the same arguments, in whatever order their objects' fields were written. */
function hashOf(args: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(args, ordered)).digest('base64url').slice(0, 22)
}

/** What a `JSON.stringify` makes of values, so that different ones are written differently. */
function ordered(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Map) return { $map: [...value] }
  if (value instanceof Set) return { $set: [...value] }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
