import type { Envelope } from '../../codec/envelope.js'
import type { AwaitedJob } from '../../context/scope.js'
import type { JobFailure } from '../../errors/job-failure.js'
import type { AttemptReport, AttemptRules } from '../attempt.js'
import type { JobFacts } from '../job-context.js'
import type { LogLevel } from '../run-log.js'
import type { SentError } from './sent-error.js'

/** What a child is told so that it knows its project, and when it is to measure itself. */
export interface ChildBeginning {
  /** Made and read by the app. Plain data. */
  readonly sources: unknown
  /** Whether the end of each run is to say how much memory the child holds. */
  readonly tellsMemory: boolean
}

/** One run of a job, as a child gets it. */
export interface ChildRun {
  readonly task: string
  readonly job: JobFacts
  readonly envelope: Envelope
  /** Whether its arguments have tags for the types that JSON lacks. */
  readonly isTyped: boolean
  readonly rules: AttemptRules
}

/** What a worker tells its child. `run` numbers the child's runs. */
export type ToChild =
  | ({ readonly kind: 'begin' } & ChildBeginning)
  | ({ readonly kind: 'run'; readonly run: number } & ChildRun)
  | { readonly kind: 'abort'; readonly run: number; readonly reason: SentError }
  | { readonly kind: 'stored'; readonly progress: number; readonly error?: SentError }
  /** The run may go on: it has its slot again. */
  | { readonly kind: 'go-on'; readonly run: number; readonly wait: number }
  | { readonly kind: 'end' }

/** What a child tells its worker. */
export type FromChild =
  | { readonly kind: 'ready'; readonly memory?: number }
  /** It cannot load the project, or does not know the task; nothing was run. */
  | { readonly kind: 'unable'; readonly reason: string }
  | {
      readonly kind: 'log'
      readonly run: number
      readonly level: LogLevel
      readonly fields?: object
      readonly message: string
    }
  | { readonly kind: 'progress'; readonly run: number; readonly progress: number; readonly value: unknown }
  /** The run waits for another job; it waits no more, and wants its slot again: `wait` tells one wish from another. */
  | { readonly kind: 'waits'; readonly run: number; readonly wait: number; readonly awaited?: AwaitedJob }
  | { readonly kind: 'wants-slot'; readonly run: number; readonly wait: number }
  | { readonly kind: 'done'; readonly run: number; readonly report: AttemptReport; readonly memory?: number }
  /** An error that nobody caught ends it. */
  | { readonly kind: 'accident'; readonly failure: JobFailure }

/** Under which a process sends them: a task may use the same channel for messages of its own. */
const MARK = 'taskq.pool'

export const marked = (message: ToChild | FromChild): object => ({ [MARK]: message })

/** Passes on what came through the channel, where it is meant for a worker. Whatever runs in the child can have sent it. */
export function passOn(raw: unknown, listener: (message: unknown) => void): void {
  if (typeof raw === 'object' && raw !== null && Object.hasOwn(raw, MARK))
    listener((raw as Record<string, unknown>)[MARK])
}

/** Reads what a worker sent; undefined where it is not ours. */
export function readMarked(raw: unknown): ToChild | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined
  const message = (raw as Record<string, unknown>)[MARK] as ToChild | undefined
  return typeof message?.kind === 'string' ? message : undefined
}
