import type { RunSlot } from '../context/scope.js'
import { errorOf } from '../errors/job-failure.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { Verdict } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { HookedRun, RunEnd, RunHooks } from '../task/hooks.js'
import type { RunContext } from '../task/run-context.js'

/** Whether nobody waits for a run any more; and the slot that it has, where it has one. */
export interface Waiting extends Partial<RunSlot> {
  readonly isGivenUp: boolean
}

export const WAITED_FOR: Waiting = { isGivenUp: false }

/** A run under way that has hooks, and what it was called with. */
interface UnderWay {
  readonly hooked: HookedRun
  readonly args: readonly unknown[]
}

/** The runs under way that have hooks, for those that end from outside. */
const UNDER_WAY = new WeakMap<RunContext, UnderWay>()

/** Begins the tour of a run through its task's hooks; undefined where the task has none. */
export function startTour(
  task: TaskDefinition,
  context: RunContext,
  args: readonly unknown[],
  waiting: Waiting = WAITED_FOR,
): HookTour | undefined {
  const hooked = task.hooked?.(context)
  if (hooked === undefined) return undefined
  UNDER_WAY.set(context, { hooked, args })
  return new HookTour(hooked, context, args, waiting)
}

/** The last tour of a run that ended from outside: of the same object, where the run was not in a child. */
export function lastTour(task: TaskDefinition, context: RunContext, args: readonly unknown[]): HookTour | undefined {
  const run = UNDER_WAY.get(context)
  return run === undefined ? startTour(task, context, args) : new HookTour(run.hooked, context, run.args, WAITED_FOR)
}

/** One run of a task that has hooks: its code, and the hooks around it. Where it was given up, it begins nothing more. */
export class HookTour {
  constructor(
    private readonly hooked: HookedRun,
    private readonly context: RunContext,
    private readonly args: readonly unknown[],
    private readonly waiting: Waiting,
  ) {}

  /** Runs `beforeStart` and the code. @throws what either throws */
  async run(): Promise<unknown> {
    const { hooks, run } = this.hooked
    await hooks.beforeStart?.(this.args)
    if (this.waiting.isGivenUp) throw new Error('the run was given up before its code began')
    return run(this.args)
  }

  /** Never throws: the work is done. */
  async returned(result: unknown): Promise<void> {
    await this.#call('onSuccess', (hooks) => hooks.onSuccess?.(result, this.args))
    await this.#finish({ state: 'succeeded', result })
  }

  /** Never throws. */
  async threw(thrown: unknown, verdict: Verdict, isSignal: boolean): Promise<void> {
    const end = this.#endOf(errorOf(thrown), verdict, isSignal)
    if (end.state === 'retrying')
      await this.#call('onRetry', (hooks) => hooks.onRetry?.(end.error, this.args, { delayMs: end.delayMs }))
    if (end.state === 'failed') await this.#call('onFailure', (hooks) => hooks.onFailure?.(end.error, this.args))
    await this.#finish(end)
  }

  #endOf(error: Error, verdict: Verdict, isSignal: boolean): RunEnd {
    const { signal } = this.context
    // Told to end for its time is a failure; for anything else it has not failed.
    if (signal.aborted && !isSignal && !isTaskqError(signal.reason, 'TASKQ_JOB_TIME_LIMIT'))
      return { state: 'stopped', error }
    switch (verdict.kind) {
      case 'retry':
        return { state: 'retrying', error, delayMs: verdict.delayMs }
      case 'dead':
        return { state: 'failed', error }
      case 'snooze':
        return { state: 'snoozed', delayMs: verdict.delayMs }
      case 'ignore':
        return { state: 'ignored' }
      case 'replaced':
        return { state: 'replaced' }
    }
  }

  #finish(end: RunEnd): Promise<void> {
    return this.#call('afterReturn', (hooks) => hooks.afterReturn?.(end, this.args))
  }

  async #call(name: keyof RunHooks, hook: (hooks: RunHooks) => unknown): Promise<void> {
    if (this.waiting.isGivenUp) return
    try {
      await hook(this.hooked.hooks)
    } catch (error) {
      this.context.log.error({ error: errorOf(error) }, `${name} of the task threw; this changes nothing`)
    }
  }
}
