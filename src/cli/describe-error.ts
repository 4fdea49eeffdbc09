import type { ErrorCode } from '../errors/codes.js'
import type { JobFailure } from '../errors/job-failure.js'
import { nearest } from '../errors/nearest.js'
import { isTaskqError } from '../errors/taskq-error.js'
import { exitCodeOf } from './exit-code.js'
import { isUsageError, tellUsage } from './usage-message.js'

/** An error as a command tells it. */
export interface DescribedError {
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly hint: string | undefined
  readonly exitCode: number
  /** Why a job failed, where that is the error. */
  readonly failure: JobFailure | undefined
  /** Only where nobody foresaw the error. */
  readonly stack: string | undefined
}

/** What is known of the command in which the error came up. */
export interface ErrorPlace {
  /** `taskq queue list` */
  readonly command: string
  readonly flags: readonly string[]
}

/** Says what an error is: one of taskq's, a wrong use of the command line, or one that nobody foresaw. */
export function describeError(error: unknown, place: ErrorPlace): DescribedError {
  if (isTaskqError(error)) {
    const { code, message, hint } = error
    const failure = (error as { failure?: JobFailure }).failure
    return { code, message, hint, exitCode: exitCodeOf(code), failure, stack: undefined }
  }
  if (isUsageError(error)) return describeUsage(error, place)
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: undefined,
    // What is printed begins with "Error:" in any case.
    message: name === 'Error' ? message : `${name}: ${message}`,
    hint: undefined,
    exitCode: 1,
    failure: undefined,
    stack,
  }
}

function describeUsage(error: Error & { readonly flags?: unknown }, { command, flags }: ErrorPlace): DescribedError {
  const unknown = Array.isArray(error.flags) ? String(error.flags[0]) : undefined
  const meant = unknown === undefined ? undefined : nearest(unknown.replace(/^-+|=.*$/g, ''), flags)
  const message = tellUsage(error.message)
  return {
    code: 'TASKQ_USAGE',
    message: meant === undefined ? message : `${message} (did you mean --${meant}?)`,
    hint: `See ${command} --help.`,
    exitCode: exitCodeOf('TASKQ_USAGE'),
    failure: undefined,
    stack: undefined,
  }
}
