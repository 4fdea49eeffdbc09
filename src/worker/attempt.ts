import type { Each } from '../canvas/canvas-data.js'
import { type EncodedResult, encodeResult, NO_RESULT } from '../codec/result.js'
import { type ContextValues, type RunSlot, runInScope, type Scope } from '../context/scope.js'
import { describeFailure, type JobFailure } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { BackoffPolicy } from '../retry/backoff.js'
import { matchesAny } from '../retry/error-rule.js'
import { judgeFailure } from '../retry/judge-failure.js'
import { reasonOf, signalIn } from '../retry/task-signal.js'
import type { Verdict } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'
import { callEach, callsOf } from './each-call.js'
import { type HookTour, lastTour, startTour, WAITED_FOR, type Waiting } from './hook-tour.js'

/** What one run of a task's code came to, where it ran: plain data, which a child process can send. */
export type AttemptReport = { readonly kind: 'returned'; readonly result: EncodedResult } | ThrewReport

/** A run that did not return. */
export interface ThrewReport {
  readonly kind: 'threw'
  readonly failure: JobFailure
  readonly verdict: Verdict
  /** The task threw a signal: it has said itself what it wants, even where it was told to end. */
  readonly isSignal?: true
  /** One of the errors that the task's `throws` names. */
  readonly isExpected?: true
  /** The task was not called. */
  readonly withoutRun?: true
}

/** What an attempt needs to know of its job beside the task and the context: plain data, too. */
export interface AttemptRules {
  /** How many extra runs this job may have. */
  readonly retries: number
  /** The caller's backoff, where it set one: the task's may be a function, which stays where the task is. */
  readonly backoff?: BackoffPolicy | undefined
  readonly ignoreResult: boolean
  /** The run's number, 1 for the first. */
  readonly attempt: number
  /** What travels with the job: see context/. */
  readonly carried?: ContextValues | undefined
  readonly trace?: string | undefined
  /** Its one argument is a list, and the run calls the task for each of it. */
  readonly each?: Each | undefined
}

/** Writes what a task returned. Never throws. */
export type EncodeResult = (value: unknown) => EncodedResult

/**
 * Runs a task's code once, its hooks around it, and judges what it threw. It runs where the task runs, in this process
 * or in a child: what was thrown cannot leave the process that it was thrown in. Never throws.
 */
export function attempt(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  rules: AttemptRules,
  waiting: Waiting = WAITED_FOR,
  encode: EncodeResult = encodeResult,
): Promise<AttemptReport> {
  return runInScope(scopeOf(context, rules, waiting), () => runOnce(task, context, args, rules, waiting, encode))
}

/** What the task's code, and all that it calls, finds around it. */
const scopeOf = (run: RunContext, { carried, trace }: AttemptRules, waiting?: Waiting): Scope => ({
  run,
  carried,
  trace,
  slot: hasSlot(waiting) ? waiting : undefined,
})

const hasSlot = (waiting: Waiting | undefined): waiting is Waiting & RunSlot => waiting?.leaveSlot !== undefined

async function runOnce(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  rules: AttemptRules,
  waiting: Waiting,
  encode: EncodeResult,
): Promise<AttemptReport> {
  let tour: HookTour | undefined
  try {
    if (rules.each !== undefined) {
      const calls = callsOf(task.name, args, rules.each)
      const values = await callEach(task, context, calls, waiting, (next) => {
        tour = next
      })
      return { kind: 'returned', result: rules.ignoreResult ? NO_RESULT : kept(task, encode(values)) }
    }
    tour = startTour(task, context, args, waiting)
    const value = await (tour === undefined ? task.run(context, args) : tour.run())
    const result = rules.ignoreResult ? NO_RESULT : kept(task, encode(value))
    if (tour !== undefined) await tour.returned(value)
    return { kind: 'returned', result }
  } catch (thrown) {
    const report = judge(task, thrown, rules)
    if (tour !== undefined) await tellHooks(tour, thrown, report, rules)
    return report
  }
}

/** @throws TaskqError `TASKQ_RESULT_TOO_LARGE` */
function kept(task: TaskDefinition, result: EncodedResult): EncodedResult {
  if (result.tooLargeBytes === undefined) return result
  const error = resultTooLarge(task.name, result.tooLargeBytes)
  unkept.add(error)
  throw error
}

/** The failure of a job whose result is larger than one may be. */
export const resultTooLarge = (task: string, bytes: number): TaskqError =>
  new TaskqError('TASKQ_RESULT_TOO_LARGE', `${task}: the result is ${bytes} bytes of JSON at least`, {
    hint: 'Store the data elsewhere and return its key, or raise results.max in the config.',
    data: { task, bytes },
  })

/** The work of these runs is done: to run them again would do it twice. */
const unkept = new WeakSet<object>()

/**
 * Judges a run that ended from outside, over its time or with its child, and tells its hooks. To be called in the
 * worker's process.
 */
export async function gaveUp(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  thrown: unknown,
  rules: AttemptRules,
): Promise<AttemptReport> {
  const report = judge(task, thrown, rules)
  try {
    const tour = lastTour(task, context, args)
    if (tour !== undefined)
      await inTime(runInScope(scopeOf(context, rules), () => tellHooks(tour, thrown, report, rules)))
  } catch {
    // The task's class cannot even be made here: its run in the child has told that.
  }
  return report
}

/** Tells a run's hooks what it came to. */
export const tellHooks = (tour: HookTour, thrown: unknown, report: ThrewReport, rules: AttemptRules): Promise<void> =>
  tour.threw(reasonOf(thrown, rules), report.verdict, report.isSignal === true)

/** The run's own time is over: nothing else would end a hook that does not end. */
function inTime(hooks: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LAST_HOOKS_MS)
    void hooks.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Judges what a run threw. */
export function judge(task: TaskDefinition, thrown: unknown, rules: AttemptRules): ThrewReport {
  const { retries, attempt: run } = rules
  const { retryOn, dontRetryOn, throws } = task
  const reason = reasonOf(thrown, rules)
  return {
    kind: 'threw',
    failure: describeFailure(reason),
    verdict: isUnkept(thrown)
      ? { kind: 'dead' }
      : judgeFailure({ retries, backoff: rules.backoff ?? task.backoff, retryOn, dontRetryOn }, run, thrown),
    ...(signalIn(thrown) !== undefined && { isSignal: true }),
    ...(throws.length > 0 && matchesAny(throws, reason) && { isExpected: true }),
  }
}

const isUnkept = (thrown: unknown): boolean => unkept.has(thrown as object)

/** Hooks of a run whose time is over have so long. */
const LAST_HOOKS_MS = 5000
