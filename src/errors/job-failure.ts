import { MASKED, secretFieldTest } from './secret-fields.js'
import { TaskqError } from './taskq-error.js'

/** Why a job failed, as data: it is stored as JSON and never turned back into a class. */
export interface JobFailure {
  /** The error's name, such as `TypeError`. */
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** The error's own `code`, where it had one. */
  readonly code?: string
  readonly cause?: JobFailure
  /** Where the job ended as a workflow did: that workflow, and the job that really failed. */
  readonly from?: { readonly workflow: string; readonly id: string; readonly task: string }
}

const MAX_CAUSES = 5
const MAX_TEXT = 16_384

/**
 * Describes whatever a task threw, an Error or not: `throw 'boom'`, `throw { code: 7 }` and even
 * `throw undefined` become a failure with a message. At most five causes deep, 16 KiB a text.
 * Never throws, even where reading what was thrown does.
 */
export function describeFailure(thrown: unknown, depth = 0): JobFailure {
  try {
    return describe(thrown, depth)
  } catch {
    return { name: 'NonError', message: 'a value that cannot be read was thrown' }
  }
}

function describe(thrown: unknown, depth: number): JobFailure {
  if (!isError(thrown))
    return { name: 'NonError', message: clip(`a value that is no Error was thrown: ${preview(thrown)}`) }
  const { code, cause } = thrown as { code?: unknown; cause?: unknown }
  return {
    name: clip(nameOf(thrown)),
    message: clip(String(thrown.message)),
    ...(typeof thrown.stack === 'string' && { stack: clip(thrown.stack) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code: clip(String(code)) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeFailure(cause, depth + 1) }),
  }
}

/** What was thrown as an Error, for those who are to handle it. Never throws. */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  const { name, message } = describeFailure(thrown)
  return Object.assign(new Error(message, { cause: thrown }), { name })
}

/** Those of another realm (a `vm` context, as test runners make) are no instances of ours. */
const isError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]'

/** Most classes of errors give their instances no name: then it is the class's. */
function nameOf(error: Error): string {
  const name = String(error.name || 'Error')
  return name === 'Error' ? String(error.constructor?.name || name) : name
}

/**
 * What a failed job ended for: taskq's own reasons, or that its task failed. A task may fail with another job's error,
 * whose code is not its own.
 */
export function endCodeOf({ name, code }: JobFailure): EndCode | 'TASKQ_JOB_FAILED' {
  return name === 'TaskqError' && isEndCode(code) ? code : 'TASKQ_JOB_FAILED'
}

const END_CODES = [
  'TASKQ_JOB_CRASHED',
  'TASKQ_JOB_REVOKED',
  'TASKQ_JOB_EXPIRED',
  'TASKQ_JOB_TIME_LIMIT',
  'TASKQ_JOB_SHUTDOWN',
] as const
type EndCode = (typeof END_CODES)[number]

const isEndCode = (code: string | undefined): code is EndCode => (END_CODES as readonly unknown[]).includes(code)

interface FailedWhere {
  readonly job: string | undefined
  readonly data: Record<string, unknown>
}

/** A job ended in failure, was revoked, or expired. `failure` holds the original error's message, stack and cause as data. */
export class JobFailedError extends TaskqError {
  override readonly name: string = 'JobFailedError'
  readonly failure: JobFailure
  readonly jobId: string

  /** @param where the job of it that failed, and what programs are to know, where this is of several jobs */
  constructor(jobId: string, task: string, failure: JobFailure, where?: FailedWhere) {
    const code = endCodeOf(failure)
    const isEnded = code === 'TASKQ_JOB_REVOKED' || code === 'TASKQ_JOB_EXPIRED'
    const place = where?.job === undefined ? '' : `${isEnded ? ': ' : ' in '}${where.job}`
    const what = isEnded ? `${place}: ${failure.message}` : ` failed${place}: ${failure.name}: ${failure.message}`
    super(code, `${task} (${jobId})${what}`, { data: where?.data ?? { jobId, task } })
    this.failure = failure
    this.jobId = jobId
  }
}

function preview(value: unknown): string {
  if (value === undefined) return 'undefined'
  try {
    return JSON.stringify(value, (key, part) => (isSecret(key) ? MASKED : part)) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

let isSecret = secretFieldTest([])

/**
 * Masks fields of these names, beside those that always are, in what is said of thrown values that are no Errors. For
 * the whole process: what a task throws is described in many places, and some are far from any config.
 */
export function maskInThrown(names: readonly string[]): void {
  isSecret = secretFieldTest(names)
}

const clip = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)
