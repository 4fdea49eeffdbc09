import type { Duration } from '../../time/duration.js'
import type { KeyOfArgs } from './limit-options.js'
import { LONGEST_TIMER_MS, type OptionReader } from './option-reader.js'

/** What makes two jobs of a task the same: a text, or a function of their arguments. */
export type UniqueKey = string | KeyOfArgs

/** One job at a time. */
export interface UniqueOptions {
  /** Default: all arguments. */
  readonly key?: UniqueKey
  /** Until when others are left out: `'started'` (its first run began) or `'done'` (it has ended). Default `'done'`. */
  readonly until?: 'started' | 'done'
  /** For how long others are left out, whether the job is done or not. Instead of `until`. */
  readonly for?: Duration
}

/** Calls that come close together. */
export interface DebounceOptions {
  /** The job runs when no other call came for so long; the latest call's arguments count. */
  readonly wait: Duration
  /** Default: all calls of the task. */
  readonly key?: UniqueKey
}

/** Calls that come too often. */
export interface ThrottleOptions {
  /** After a call that was taken, others are left out for so long. */
  readonly every: Duration
  /** Default: all calls of the task. */
  readonly key?: UniqueKey
}

/** Which calls of a task become jobs. At most one of the four may be given. A call that becomes none gets the handle of the job that stands for it. */
export interface SameJobOptions {
  /** At most one job of the same arguments at a time. Default false. */
  readonly unique?: boolean | UniqueOptions
  /** Calls that come close together become one job, which runs when it has been quiet for so long. Default: none. */
  readonly debounce?: Duration | DebounceOptions
  /** At most one job in so long. Default: none. */
  readonly throttle?: Duration | ThrottleOptions
  /**
   * Never two at once: while one runs or is retried, only the latest call waits; those between are left out. `key`
   * default: all calls of the task. Default false.
   */
  readonly keepLatest?: boolean | { readonly key?: UniqueKey }
}

/** {@link SameJobOptions}, checked. */
export type SameJobRule =
  | { readonly kind: 'unique'; readonly key: UniqueKey | undefined; readonly until: 'started' | 'done' }
  | { readonly kind: 'unique-for'; readonly key: UniqueKey | undefined; readonly forMs: number }
  | { readonly kind: 'debounce'; readonly key: UniqueKey | undefined; readonly waitMs: number }
  | { readonly kind: 'throttle'; readonly key: UniqueKey | undefined; readonly everyMs: number }
  | { readonly kind: 'keep-latest'; readonly key: UniqueKey | undefined }

export const SAME_JOB_KEYS = [
  'unique',
  'debounce',
  'throttle',
  'keepLatest',
] as const satisfies readonly (keyof SameJobOptions)[]

/** The rule that was given; undefined where none was, `false` where one was switched off. */
export function readSameJobRule(reader: OptionReader): SameJobRule | false | undefined {
  const given = SAME_JOB_KEYS.filter((key) => reader.value(key) !== undefined && reader.value(key) !== false)
  if (given.length > 1) reader.refuse(given[1] as string, `none beside ${given[0]}: only one of the four may be given`)
  const [kind] = given
  if (kind === undefined) return SAME_JOB_KEYS.some((key) => reader.value(key) === false) ? false : undefined
  return READ[kind](reader)
}

const READ: Readonly<Record<(typeof SAME_JOB_KEYS)[number], (reader: OptionReader) => SameJobRule | undefined>> = {
  unique: readUnique,
  debounce: (reader) => {
    const { waitMs, key } = readSpan(reader, 'debounce', 'wait')
    return waitMs === undefined ? undefined : { kind: 'debounce', key, waitMs }
  },
  throttle: (reader) => {
    const { waitMs, key } = readSpan(reader, 'throttle', 'every')
    return waitMs === undefined ? undefined : { kind: 'throttle', key, everyMs: waitMs }
  },
  keepLatest: (reader) => {
    const inner = inside(reader, 'keepLatest', 'true, false or { key }')
    inner?.refuseUnknown(['key'])
    return { kind: 'keep-latest', key: inner && keyOf(inner) }
  },
}

function readUnique(reader: OptionReader): SameJobRule | undefined {
  const inner = inside(reader, 'unique', "true, false or an object such as { until: 'started' }")
  if (inner === undefined) return { kind: 'unique', key: undefined, until: 'done' }
  inner.refuseUnknown(['key', 'until', 'for'])
  const key = keyOf(inner)
  const until = inner.oneOf('until', ['started', 'done'])
  const forMs = inner.duration('for', 1, LONGEST_TIMER_MS)
  if (until !== undefined && forMs !== undefined) inner.refuse('for', 'no until beside it')
  return forMs === undefined ? { kind: 'unique', key, until: until ?? 'done' } : { kind: 'unique-for', key, forMs }
}

function readSpan(reader: OptionReader, option: string, part: string) {
  const value = reader.value(option)
  if (typeof value !== 'object' || value === null)
    return { waitMs: reader.duration(option, 1, LONGEST_TIMER_MS), key: undefined }
  const inner = reader.inside(option, value)
  inner.refuseUnknown([part, 'key'])
  if (inner.value(part) === undefined) inner.refuse(part, 'a duration', 'nothing')
  return { waitMs: inner.duration(part, 1, LONGEST_TIMER_MS), key: keyOf(inner) }
}

function inside(reader: OptionReader, option: string, expected: string): OptionReader | undefined {
  const value = reader.value(option)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return reader.inside(option, value)
  if (value !== true) reader.refuse(option, expected)
  return undefined
}

const keyOf = (reader: OptionReader): UniqueKey | undefined =>
  reader.read(
    'key',
    'a text that is not empty, or a function of the arguments',
    (value): value is UniqueKey => typeof value === 'function' || (typeof value === 'string' && value !== ''),
  )
