import { type Problem, show } from '../errors/problems.js'
import { type BackoffPolicy, isBackoffData, parseBackoff } from '../retry/backoff.js'
import { DURATION_FORM, parseDuration } from '../time/duration.js'
import type { EnqueueOptions, Headers, HeaderValue } from './enqueue-options.js'
import { MAX_AHEAD_MS, MAX_PRIORITY, readQueue } from './options/job-options.js'
import { OptionReader } from './options/option-reader.js'
import { MAX_RETRIES } from './options/retry-options.js'
import { type PoolKind, readTimeOptions } from './options/time-options.js'
import { readSameJobRule, SAME_JOB_KEYS, type SameJobRule } from './options/unique-options.js'

/** {@link EnqueueOptions}, checked. What the call left out is undefined. */
export interface ResolvedCall {
  /** When it may run, in milliseconds since 1970; undefined for now. */
  readonly dueAt: number | undefined
  readonly expiresAt: number | undefined
  readonly priority: number | undefined
  readonly queue: string | undefined
  readonly taskId: string | undefined
  readonly idempotency: { readonly key: string; readonly ttlMs: number } | undefined
  readonly headers: Headers | undefined
  readonly retries: number | undefined
  readonly backoff: BackoffPolicy | undefined
  readonly softTimeLimitMs: number | undefined
  readonly timeLimitMs: number | undefined
  readonly pool: PoolKind | undefined
  readonly rateKey: string | undefined
  readonly concurrencyKey: string | undefined
  readonly acks: 'late' | 'early' | undefined
  readonly ignoreResult: boolean | undefined
  readonly resultTtlMs: number | undefined
  /** False where the call takes the task's rule away. */
  readonly sameJob: SameJobRule | false | undefined
}

export const CALL_KEYS = [
  'countdown',
  'eta',
  'expires',
  'priority',
  'queue',
  'taskId',
  'idempotencyKey',
  'idempotencyTtl',
  'headers',
  'retries',
  'backoff',
  'softTimeLimit',
  'timeLimit',
  'pool',
  'rateKey',
  'concurrencyKey',
  'acks',
  'ignoreResult',
  'resultTtl',
  ...SAME_JOB_KEYS,
] as const satisfies readonly (keyof EnqueueOptions)[]

const DAY_MS = 86_400_000
const TASK_ID = /^[A-Za-z0-9._-]{1,128}$/
const MAX_HEADERS = 50
const MAX_HEADER_TEXT = 1000
const MAX_KEY = 200

/**
 * Everything that is wrong with the options of an enqueue; nothing when they are right.
 *
 * @param path the key that holds the options, where one does: `schedule.nightly.options`
 */
export function enqueueOptionProblems(options: unknown, path = ''): Problem[] {
  return readEnqueueOptions(options, Date.now(), path).problems
}

/** Reads the options of a call that is made at `nowMs`. Where there are problems, what it reads is not to be used. */
export function readEnqueueOptions(
  options: unknown,
  nowMs: number,
  path = '',
): { readonly call: ResolvedCall; readonly problems: Problem[] } {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const expected = "an object such as { countdown: '5m' }"
    return { call: NOTHING, problems: [{ key: path || 'options', expected, got: show(options) }] }
  }
  const reader = new OptionReader(options, path)
  reader.refuseUnknown(CALL_KEYS)
  const text = (key: string) => reader.read(key, `a text of 1 to ${MAX_KEY} characters`, isKey)
  const call = {
    dueAt: readDueAt(reader, nowMs),
    expiresAt: readExpiry(reader, nowMs),
    priority: reader.wholeNumber('priority', 0, MAX_PRIORITY),
    queue: readQueue(reader),
    taskId: reader.read('taskId', 'an id (letters, digits, ".", "_", "-"; at most 128)', isTaskId),
    idempotency: readIdempotency(reader, text('idempotencyKey')),
    headers: readHeaders(reader),
    retries: reader.wholeNumber('retries', 0, MAX_RETRIES),
    backoff: readBackoff(reader),
    ...readTimeOptions(reader),
    rateKey: text('rateKey'),
    concurrencyKey: text('concurrencyKey'),
    acks: reader.oneOf('acks', ['late', 'early']),
    ignoreResult: reader.flag('ignoreResult'),
    resultTtlMs: reader.duration('resultTtl'),
    sameJob: readSameJobRule(reader),
  }
  if (call.expiresAt !== undefined && call.dueAt !== undefined && call.expiresAt <= call.dueAt)
    reader.refuse('expires', 'a time after the one at which the job may run')
  return { call, problems: reader.problems }
}

function readDueAt(reader: OptionReader, nowMs: number): number | undefined {
  const eta = reader.value('eta')
  if (eta === undefined) {
    const countdownMs = reader.duration('countdown', 0, MAX_AHEAD_MS)
    return countdownMs === undefined || countdownMs === 0 ? undefined : nowMs + countdownMs
  }
  if (reader.value('countdown') !== undefined) reader.refuse('eta', 'no countdown beside it')
  const at = parseInstant(eta)
  if (at === undefined) return reader.refuse('eta', INSTANT_FORM)
  if (at > nowMs + MAX_AHEAD_MS) return reader.refuse('eta', 'an instant at most 12 years from now')
  return at <= nowMs ? undefined : at
}

function readExpiry(reader: OptionReader, nowMs: number): number | undefined {
  const given = reader.value('expires')
  if (given === undefined) return undefined
  const ms = parseDuration(given)
  const at = ms === undefined ? parseInstant(given) : nowMs + ms
  if (at === undefined || at > nowMs + MAX_AHEAD_MS)
    return reader.refuse('expires', `${DURATION_FORM}, or ${INSTANT_FORM}; at most 12 years`)
  if (at <= nowMs) return reader.refuse('expires', 'a time that is still to come')
  return at
}

const INSTANT_FORM = "a Date, or a text such as '2026-12-24T18:00:00Z'"
/** A day, and a time with its zone: without one it would be another instant on another machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

function parseInstant(value: unknown): number | undefined {
  if (typeof value === 'string' && !INSTANT.test(value)) return undefined
  if (typeof value !== 'string' && !(value instanceof Date)) return undefined
  const ms = new Date(value).getTime()
  return Number.isNaN(ms) ? undefined : ms
}

function readIdempotency(reader: OptionReader, key: string | undefined): ResolvedCall['idempotency'] {
  const ttlMs = reader.duration('idempotencyTtl', 1, MAX_AHEAD_MS) ?? DAY_MS
  if (key !== undefined) return { key, ttlMs }
  if (reader.value('idempotencyTtl') !== undefined) reader.refuse('idempotencyTtl', 'idempotencyKey beside it')
  return undefined
}

function readHeaders(reader: OptionReader): Headers | undefined {
  const given = reader.value('headers')
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return reader.refuse('headers', "an object such as { tenant: 'acme' }")
  const inner = reader.inside('headers', given)
  const entries = Object.entries(given)
  if (entries.length > MAX_HEADERS)
    return reader.refuse('headers', `at most ${MAX_HEADERS} headers`, `${entries.length}`)
  for (const [name, value] of entries)
    if (!isHeaderValue(value)) inner.refuse(name, `a text of at most ${MAX_HEADER_TEXT}, a number, true or false`)
  return Object.freeze(Object.fromEntries(entries)) as Headers
}

/** A function cannot travel. */
function readBackoff(reader: OptionReader): BackoffPolicy | undefined {
  const given = reader.value('backoff')
  if (given === undefined) return undefined
  const policy = parseBackoff(given, reader.problems)
  return isBackoffData(policy) ? policy : reader.refuse('backoff.type', 'no function: it cannot travel with a job')
}

const isTaskId = (value: unknown): value is string => typeof value === 'string' && TASK_ID.test(value)
const isKey = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY
/** Whether a header may have this value. */
export const isHeaderValue = (value: unknown): value is HeaderValue =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.length <= MAX_HEADER_TEXT)

/** What a call without options asks for. */
export const NOTHING: ResolvedCall = readEnqueueOptions({}, 0).call
