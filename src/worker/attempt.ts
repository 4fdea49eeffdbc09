import { type EncodedResult, encodeResult } from '../codec/result.js'
import { describeFailure, type JobFailure } from '../errors/job-failure.js'
import { judgeFailure, type RetryPolicy, type Verdict } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'

/** What one run of a task's code came to, where it ran: plain data, which a child process can send. */
export type AttemptReport =
  | { readonly kind: 'returned'; readonly result: EncodedResult }
  | { readonly kind: 'threw'; readonly failure: JobFailure; readonly verdict: Verdict }

/** What an attempt needs to know of its job beside the context. */
export interface AttemptRules extends RetryPolicy {
  readonly ignoreResult: boolean
  /** The run's number, 1 for the first. */
  readonly attempt: number
}

/**
 * Runs a task's code once and judges what it threw. It runs where the task runs, in this process or in a child: what was
 * thrown cannot leave the process that it was thrown in. Never throws.
 */
export async function attempt(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  rules: AttemptRules,
): Promise<AttemptReport> {
  try {
    const value = await task.run(context, args)
    return { kind: 'returned', result: rules.ignoreResult ? NO_RESULT : encodeResult(value) }
  } catch (thrown) {
    return threw(thrown, rules)
  }
}

/** Judges what ended a run. */
export const threw = (thrown: unknown, rules: AttemptRules): AttemptReport => ({
  kind: 'threw',
  failure: describeFailure(thrown),
  verdict: judgeFailure(rules, rules.attempt),
})

const NO_RESULT: EncodedResult = { stored: null }
