import { type Problem, show } from '../errors/problems.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { enqueueOptionProblems } from '../task/enqueue-problems.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import { withShortKeys } from './entry-fields.js'
import { isPlainRecord, type PlainRecord } from './plain-data.js'

/** What an entry's jobs may be called with: what `applyAsync` takes, but what names one job, or one instant. */
export type EntryOptions = Omit<EnqueueOptions, keyof typeof REFUSED | 'expires'> & {
  /** A time from the slot's enqueue on. */
  readonly expires?: Duration
}

/** What makes no sense for a job that comes again and again, and what to write instead. */
const REFUSED = {
  eta: "the times are the entry's",
  taskId: "each slot's job has an id of its own",
  idempotencyKey: 'a slot makes one job anyway',
  idempotencyTtl: 'a slot makes one job anyway',
  debounce: "the entry's overlap says what becomes of slots that come too soon",
  throttle: "the entry's overlap says what becomes of slots that come too soon",
  keepLatest: "overlap: 'queue' of the entry does this",
} as const satisfies Partial<Record<keyof EnqueueOptions, string>>

/** Everything that is wrong with an entry's `options`, under the key `options`. */
export function entryOptionProblems(written: unknown): Problem[] {
  if (!isPlainRecord(written)) return enqueueOptionProblems(written, 'options')
  const options = withShortKeys(written)
  const refused = Object.entries(REFUSED).flatMap(([key, why]) => refusal(options, key, why))
  const left = Object.fromEntries(Object.entries(options).filter(([key]) => !Object.hasOwn(REFUSED, key)))
  return [...refused, ...enqueueOptionProblems(left, 'options'), ...instantProblems(options)]
}

function refusal(options: PlainRecord, key: string, why: string): Problem[] {
  const value = options[key]
  return value === undefined ? [] : [{ key: `options.${key}`, expected: `nothing: ${why}`, got: show(value) }]
}

/** An instant is over for all slots but those before it. */
function instantProblems({ expires }: PlainRecord): Problem[] {
  if (expires === undefined || parseDuration(expires) !== undefined) return []
  return [{ key: 'options.expires', expected: `${DURATION_FORM}; endAt of the entry ends it`, got: show(expires) }]
}
