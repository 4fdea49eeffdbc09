import { ERROR_CODES, type ErrorCode } from '../../errors/codes.js'
import { describeFailure, type JobFailure } from '../../errors/job-failure.js'
import { isTaskqError, TaskqError } from '../../errors/taskq-error.js'

/** An error on its way to another process. */
export interface SentError extends JobFailure {
  readonly hint?: string
}

export function sendError(error: unknown): SentError {
  const hint = isTaskqError(error) ? error.hint : undefined
  return { ...describeFailure(error), ...(hint !== undefined && { hint }) }
}

/** Makes an error of what was sent: taskq's own of the same code, or a plain one. */
export function receiveError({ name, message, stack, code, cause, hint }: SentError): Error {
  const why = cause === undefined ? undefined : receiveError(cause)
  const isOurs = name === 'TaskqError' && code !== undefined && Object.hasOwn(ERROR_CODES, code)
  const error = isOurs
    ? new TaskqError(code as ErrorCode, message, { cause: why, ...(hint !== undefined && { hint }) })
    : Object.assign(new Error(message, why && { cause: why }), { name, ...(code !== undefined && { code }) })
  if (stack !== undefined) error.stack = stack
  return error
}
