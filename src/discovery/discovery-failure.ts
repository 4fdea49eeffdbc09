import type { ErrorCode } from '../errors/codes.js'

/** A file that could not be used, or a place that was refused. */
export interface DiscoveryFailure {
  /** Absolute: where the error is, which may be a file that a task file imports. */
  readonly file: string
  readonly line?: number
  readonly code: ErrorCode
  /** One line, without secrets. */
  readonly message: string
  readonly hint?: string
  /** The error with its stack, safe to show. */
  readonly cause?: Error
}
