import { formatProblem, type Problem, show, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { DURATION_FORM, type Duration, parseDuration } from '../time/duration.js'
import { type JobRuns, TaskSignal } from './task-signal.js'
import type { Verdict } from './verdict.js'

/** What {@link Retry} takes. */
export interface RetrySignalOptions {
  /** The wait before the next run. Default: what the job's backoff gives. */
  readonly countdown?: Duration
  /** What went wrong: it is stored as the failure of this run, and of the job where this run was its last. */
  readonly cause?: unknown
  /** How many extra runs the job has, for this time. Default: as many as the job has by its options. */
  readonly retries?: number
}

/**
 * Throw it to run again, whatever `retryOn` says. The run counts: where the job has no retry left, it has failed, with
 * `cause`. Celery's `self.retry()`.
 *
 * @throws TaskqError `TASKQ_SIGNAL_INVALID`
 *
 * @example
 * throw new Retry({ countdown: '10s', cause: error })
 */
export class Retry extends TaskSignal {
  override readonly name = 'Retry'
  readonly #countdownMs: number | undefined
  readonly #retries: number | undefined

  constructor(options: RetrySignalOptions = {}) {
    const read = readRetry(options)
    super('the task asked to run again', causeOf(options))
    this.#countdownMs = read.countdownMs
    this.#retries = read.retries
  }

  override judge(runs: JobRuns, waitMs: () => number): Verdict {
    if (this.#isSpent(runs)) return { kind: 'dead' }
    return { kind: 'retry', delayMs: this.#countdownMs ?? waitMs() }
  }

  override reason(runs: JobRuns): unknown {
    if (this.cause !== undefined || !this.#isSpent(runs)) return super.reason(runs)
    return spent('Retry', this.#retries ?? runs.retries)
  }

  #isSpent({ attempt, retries }: JobRuns): boolean {
    return attempt > (this.#retries ?? retries)
  }
}

/**
 * Throw it where somebody else said when to come back, as a server with its `Retry-After` does. The run counts. The
 * wait is what the job's backoff gives, but not shorter than this.
 *
 * @param wait how long, or until when
 * @throws TaskqError `TASKQ_SIGNAL_INVALID`
 *
 * @example
 * if (answer.status === 429) throw new RetryAfter('30s')
 */
export class RetryAfter extends TaskSignal {
  override readonly name = 'RetryAfter'
  readonly #leastMs: number

  constructor(wait: Duration | Date, options: { readonly cause?: unknown } = {}) {
    const leastMs = readWait('RetryAfter', wait)
    super('the task asked to run again later', causeOf(options))
    this.#leastMs = leastMs
  }

  override judge({ attempt, retries }: JobRuns, waitMs: () => number): Verdict {
    if (attempt > retries) return { kind: 'dead' }
    return { kind: 'retry', delayMs: Math.max(this.#leastMs, waitMs()) }
  }

  override reason(runs: JobRuns): unknown {
    return this.cause === undefined && runs.attempt > runs.retries
      ? spent('RetryAfter', runs.retries)
      : super.reason(runs)
  }
}

/**
 * Throw it where no further run could help: the job has failed for good at once, whatever retries it has left. With
 * `requeue` it goes back to its queue instead, as if this run had not been, for another worker perhaps: a second later
 * and behind what waits there, so that a job that everybody rejects does not spin. Celery's `Reject`.
 *
 * @throws TaskqError `TASKQ_SIGNAL_INVALID`
 *
 * @example
 * throw new Reject('there is no such order')
 */
export class Reject extends TaskSignal {
  override readonly name = 'Reject'
  readonly #requeue: boolean

  constructor(reason: string, options: { readonly requeue?: boolean; readonly cause?: unknown } = {}) {
    const requeue = readReject(reason, options)
    super(reason, causeOf(options))
    this.#requeue = requeue
  }

  override judge(): Verdict {
    return this.#requeue ? { kind: 'snooze', delayMs: REQUEUE_MS } : { kind: 'dead' }
  }

  /** The reason was given for people; what led to it stays its cause. */
  override reason(): unknown {
    return this
  }
}

/**
 * Throw it where the job has become pointless: it is dropped, as a success of a task with `ignoreResult` is. Nothing is
 * kept of it. Celery's `Ignore`.
 */
export class Ignore extends TaskSignal {
  override readonly name = 'Ignore'

  constructor(reason = 'the task asked to forget its job') {
    super(String(reason))
  }

  override judge(): Verdict {
    return { kind: 'ignore' }
  }
}

/**
 * Throw it where it is too early: the job runs again after this wait, as if this run had not been. No attempt is counted
 * and no failure kept, so a job may snooze for ever: give it `expires` where it should not.
 *
 * @param wait how long, or until when
 * @throws TaskqError `TASKQ_SIGNAL_INVALID`
 *
 * @example
 * if (!(await isReady(videoId))) throw new Snooze('30s')
 */
export class Snooze extends TaskSignal {
  override readonly name = 'Snooze'
  readonly #waitMs: number

  constructor(wait: Duration | Date, reason = 'the task asked to run again later') {
    const waitMs = readWait('Snooze', wait)
    super(String(reason))
    this.#waitMs = waitMs
  }

  override judge(): Verdict {
    return { kind: 'snooze', delayMs: this.#waitMs }
  }
}

/** A job that nobody wants is looked at once a second. */
const REQUEUE_MS = 1000
/** The engine keeps due times exactly until then (September 2039 from 2026 on). */
const MAX_WAIT_MS = 12 * 365 * 86_400_000
const MAX_RETRIES = 1000

const RETRY_KEYS = ['countdown', 'cause', 'retries'] as const satisfies readonly (keyof RetrySignalOptions)[]

function readRetry(options: RetrySignalOptions) {
  if (typeof options !== 'object' || options === null || options instanceof Error)
    refuse('Retry', [{ key: 'options', expected: "an object such as { countdown: '10s' }", got: show(options) }])
  const problems = [...unknownKeys(options, RETRY_KEYS)]
  const { countdown, retries } = options
  const countdownMs = countdown === undefined ? undefined : parseDuration(countdown)
  if (countdown !== undefined && !isWait(countdownMs))
    problems.push({ key: 'countdown', expected: DURATION_FORM, got: show(countdown) })
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= MAX_RETRIES))
    problems.push({ key: 'retries', expected: `a whole number from 0 to ${MAX_RETRIES}`, got: show(retries) })
  if (problems.length > 0) refuse('Retry', problems)
  return { countdownMs, retries }
}

function readReject(reason: unknown, options: { readonly requeue?: unknown }): boolean {
  if (typeof reason !== 'string') refuse('Reject', [{ key: 'reason', expected: 'a text', got: show(reason) }])
  if (typeof options !== 'object' || options === null || options instanceof Error)
    refuse('Reject', [{ key: 'options', expected: 'an object such as { requeue: true }', got: show(options) }])
  const { requeue } = options
  const problems = [...unknownKeys(options, ['requeue', 'cause'])]
  if (requeue !== undefined && typeof requeue !== 'boolean')
    problems.push({ key: 'requeue', expected: 'true or false', got: show(requeue) })
  if (problems.length > 0) refuse('Reject', problems)
  return requeue === true
}

function readWait(signal: string, wait: Duration | Date): number {
  const ms = wait instanceof Date ? Math.max(0, wait.getTime() - Date.now()) : parseDuration(wait)
  if (isWait(ms)) return ms
  return refuse(signal, [{ key: 'wait', expected: `${DURATION_FORM}, or a Date`, got: show(wait) }])
}

const isWait = (ms: number | undefined): ms is number => ms !== undefined && ms >= 0 && ms <= MAX_WAIT_MS

const causeOf = ({ cause }: { readonly cause?: unknown }): ErrorOptions => (cause === undefined ? {} : { cause })

function refuse(signal: string, problems: readonly Problem[]): never {
  throw new TaskqError('TASKQ_SIGNAL_INVALID', `${signal}: ${problems.map(formatProblem).join('; ')}`, {
    hint: `Correct what is given to new ${signal}(…).`,
    data: { problems },
  })
}

/** The failure of a job whose task asked for one run more than there is. */
function spent(signal: string, retries: number): Error {
  const message =
    retries === 0
      ? 'the task asked to run again, but has no retries: give it some in its options'
      : `the task asked to run again, but its ${retries} retries are used up`
  return Object.assign(new Error(message), { name: signal })
}
