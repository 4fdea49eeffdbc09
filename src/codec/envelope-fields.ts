import type { Each } from '../canvas/canvas-data.js'
import { type BackoffPolicy, isBackoffData, parseBackoff } from '../retry/backoff.js'
import type { Headers } from '../task/enqueue-options.js'
import { LONGEST_TIMER_MS } from '../task/options/option-reader.js'
import { MAX_RETRIES } from '../task/options/retry-options.js'
import { POOL_KINDS, type PoolKind } from '../task/options/time-options.js'

/** As `input`: the first argument is `undefined`, and others follow. In JSON that would be null. */
export const NO_VALUE = '-'

/** What a job carries beside its arguments. */
export interface EnvelopeFields {
  /** The number of extra runs, where the caller set another than the task's. */
  readonly retries?: number
  /** Milliseconds that the result is kept, where it is not the config's. */
  readonly resultTtlMs?: number
  /** The slot that the job is for, where a schedule made it. */
  readonly schedule?: EnvelopeSlot
  /** The version of the task's arguments, where it is not 1. */
  readonly taskVersion?: number
  /** It is not to begin a run from then on, in milliseconds since 1970. */
  readonly expiresAt?: number
  readonly headers?: Headers
  /** What the code that enqueued it had put into its context: see context/. */
  readonly context?: Readonly<Record<string, unknown>>
  /** The trace that it belongs to, as the configured telemetry writes it. */
  readonly trace?: string
  /** The job whose run enqueued it, and the first of that line. */
  readonly parent?: string
  readonly root?: string
  /** Under which key its task's limits count it. */
  readonly keys?: LimitKeys
  /**
   * It may become part of the job of another call like it. What is encrypted or signed is then bound to its own call, and
   * may stand in another job than its own.
   */
  readonly merges?: boolean
  /** What makes it the same as another job, for people. */
  readonly sameAs?: string
  /** What the caller set where it is not the task's. */
  readonly backoff?: BackoffPolicy
  readonly softTimeLimitMs?: number
  readonly timeLimitMs?: number
  readonly pool?: PoolKind
  readonly ignoreResult?: boolean
  readonly acks?: 'late' | 'early'
  /** Its one argument is a list: the task runs for each of it, one after the other. */
  readonly each?: Each
  /** A list in its workflow's record that is its first argument: it is read when the job runs. Or {@link NO_VALUE}. */
  readonly input?: string
  /** Of a workflow's part that is no job yet: the rest of its call. */
  readonly call?: Readonly<Record<string, unknown>>
}

/** Under which keys a job is counted by limits that are divided by keys. */
export interface LimitKeys {
  readonly rate?: string
  readonly concurrency?: string
}

/** Which slot of which schedule entry. */
export interface EnvelopeSlot {
  readonly name: string
  readonly slotMs: number
}

type Stored = Readonly<Record<string, unknown>>

/**
 * Reads what an envelope holds beside its arguments. A field that is not what it should be, a number out of its bounds
 * among them, is left out: somebody else wrote it, and the job is still run.
 */
export function readEnvelopeFields(stored: Stored): EnvelopeFields {
  const fields: Record<string, unknown> = {}
  // By what is there, not by what could be: most envelopes have arguments and nothing else.
  for (const name in stored) {
    const known = READERS.get(name)?.(stored[name])
    if (known !== undefined) fields[name] = known
  }
  return fields
}

/** Reads a field's value; undefined where it is not what it should be. */
type Read<T> = (value: unknown) => T | undefined

/** A whole number between bounds. What is read here goes into dates, timers and the broker's commands. */
const whole =
  (least: number, most: number): Read<number> =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? (value as number) : undefined
const number: Read<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const text: Read<string> = (value) => (typeof value === 'string' ? value : undefined)
const flag: Read<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)
const record: Read<Readonly<Record<string, never>>> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, never>) : undefined

/** The last instant that a Date can be, and, with a minus, the first. */
const LAST_DATE_MS = 8.64e15
/** The broker adds its clock to it, and can count no further. */
const LONGEST_TTL_MS = Number.MAX_SAFE_INTEGER

const timer = whole(1, LONGEST_TIMER_MS)

const BY_NAME = {
  retries: whole(0, MAX_RETRIES),
  resultTtlMs: whole(0, LONGEST_TTL_MS),
  schedule: readSlot,
  taskVersion: whole(1, Number.MAX_SAFE_INTEGER),
  expiresAt: whole(-LAST_DATE_MS, LAST_DATE_MS),
  headers: record,
  context: record,
  trace: text,
  parent: text,
  root: text,
  keys: readKeys,
  merges: flag,
  sameAs: text,
  backoff: readBackoff,
  softTimeLimitMs: timer,
  timeLimitMs: timer,
  pool: (value) => POOL_KINDS.find((kind) => kind === value),
  ignoreResult: flag,
  acks: (value) => (value === 'late' || value === 'early' ? value : undefined),
  each: (value) => (value === 'map' || value === 'starmap' ? value : undefined),
  input: text,
  call: record,
} satisfies { [Name in keyof Required<EnvelopeFields>]: Read<EnvelopeFields[Name]> }

const READERS: ReadonlyMap<string, Read<unknown>> = new Map(Object.entries(BY_NAME))

function readKeys(value: unknown): LimitKeys | undefined {
  const { rate, concurrency } = (record(value) ?? {}) as Partial<Record<keyof LimitKeys, unknown>>
  if (typeof rate !== 'string' && typeof concurrency !== 'string') return undefined
  return { ...(typeof rate === 'string' && { rate }), ...(typeof concurrency === 'string' && { concurrency }) }
}

function readBackoff(value: unknown): BackoffPolicy | undefined {
  const { type, delayMs, factor, maxMs, jitter } = (record(value) ?? {}) as Stored
  const policy = parseBackoff({ type, delay: delayMs, factor, max: maxMs, jitter }, [])
  const isRight = [delayMs, factor, maxMs, jitter].every((part) => number(part) !== undefined)
  return isRight && typeof type === 'string' && isBackoffData(policy) ? policy : undefined
}

function readSlot(value: unknown): EnvelopeSlot | undefined {
  const { name, slotMs } = (record(value) ?? {}) as Partial<EnvelopeSlot>
  const isSlot = typeof name === 'string' && Number.isInteger(slotMs) && Math.abs(slotMs as number) <= LAST_DATE_MS
  return isSlot ? { name, slotMs: slotMs as number } : undefined
}
