import { type EncodedResult, encodeResult } from '../codec/result.js'
import { describeFailure, type JobFailure } from '../errors/job-failure.js'
import type { BackoffPolicy } from '../retry/backoff.js'
import { matchesAny } from '../retry/error-rule.js'
import { judgeFailure } from '../retry/judge-failure.js'
import { signalIn } from '../retry/task-signal.js'
import type { Verdict } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'

/** What one run of a task's code came to, where it ran: plain data, which a child process can send. */
export type AttemptReport =
  | { readonly kind: 'returned'; readonly result: EncodedResult }
  | {
      readonly kind: 'threw'
      readonly failure: JobFailure
      readonly verdict: Verdict
      /** The task threw a signal: it has said itself what it wants, even where it was told to end. */
      readonly isSignal?: true
      /** One of the errors that the task's `throws` names. */
      readonly isExpected?: true
    }

/** What an attempt needs to know of its job beside the task and the context: plain data, too. */
export interface AttemptRules {
  /** How many extra runs this job may have. */
  readonly retries: number
  /** The caller's backoff, where it set one: the task's may be a function, which stays where the task is. */
  readonly backoff?: BackoffPolicy
  readonly ignoreResult: boolean
  /** The run's number, 1 for the first. */
  readonly attempt: number
}

/** Whether nobody waits for a run any more. */
export interface Waiting {
  readonly isGivenUp: boolean
}

/**
 * Runs a task's code once, its hooks around it, and judges what it threw. It runs where the task runs, in this process
 * or in a child: what was thrown cannot leave the process that it was thrown in. Never throws.
 */
export async function attempt(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  rules: AttemptRules,
  _waiting?: Waiting,
): Promise<AttemptReport> {
  try {
    const value = await task.run(context, args)
    return { kind: 'returned', result: rules.ignoreResult ? NO_RESULT : encodeResult(value) }
  } catch (thrown) {
    return judge(task, thrown, rules)
  }
}

/**
 * Judges a run that ended from outside: over its time, or with its child. Call it where the run was not told itself,
 * in the worker's process.
 */
export async function gaveUp(
  task: TaskDefinition,
  _context: RunContext,
  _args: readonly unknown[],
  thrown: unknown,
  rules: AttemptRules,
): Promise<AttemptReport> {
  return judge(task, thrown, rules)
}

function judge(task: TaskDefinition, thrown: unknown, rules: AttemptRules): Extract<AttemptReport, { kind: 'threw' }> {
  const { retries, attempt: run } = rules
  const { retryOn, dontRetryOn, throws } = task
  const signal = signalIn(thrown)
  const cause = signal === undefined ? thrown : signal.reason({ retries, attempt: run })
  return {
    kind: 'threw',
    failure: describeFailure(cause),
    verdict: judgeFailure({ retries, backoff: rules.backoff ?? task.backoff, retryOn, dontRetryOn }, run, thrown),
    ...(signal !== undefined && { isSignal: true }),
    ...(throws.length > 0 && matchesAny(throws, cause) && { isExpected: true }),
  }
}

const NO_RESULT: EncodedResult = { stored: null }
