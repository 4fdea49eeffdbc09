import type { ErrorCode } from './codes.js'

/** What a {@link TaskqError} carries beside its message. */
export interface ErrorDetails {
  /** One sentence: what to do about it. */
  hint?: string
  /** The error that led to this one. */
  cause?: unknown
  /** Facts about the failure, for programs. JSON only. */
  data?: Record<string, unknown>
}

const BRAND = Symbol.for('taskq.error')

/**
 * Every failure that taskq itself reports.
 *
 * `code` is stable and listed in docs/reference/errors.md; the message is for people and may change. What a program
 * may need to know beside the code is in `data`: the wrong settings in `problems`, a job's id in `jobId`. The one
 * subclass is `JobFailedError`, a job that ended in failure; of that, `WorkflowFailedError`.
 *
 * @example
 * try {
 *   await SendWelcomeEmail.delay('u_42')
 * } catch (error) {
 *   if (isTaskqError(error, 'TASKQ_ENQUEUE_UNKNOWN')) await checkLater()
 *   else throw error
 * }
 */
export class TaskqError extends Error {
  override readonly name: string = 'TaskqError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly [BRAND] = true

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.data = details.data
  }
}

/**
 * Tells whether a value is a {@link TaskqError}, with this code when one is given. Unlike `instanceof`
 * it holds across two copies of the package.
 */
export function isTaskqError(value: unknown, code?: ErrorCode): value is TaskqError {
  if (!(value instanceof Error) || !(BRAND in value)) return false
  return code === undefined || (value as TaskqError).code === code
}
