import { errorOf } from '../errors/job-failure.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { Verdict } from '../retry/verdict.js'
import type { TaskDefinition } from '../task/definition.js'
import type { HookedRun, RunEnd, RunHooks } from '../task/hooks.js'
import type { RunContext } from '../task/run-context.js'

/** The tours under way, for those whose runs end from outside. */
const TOURS = new WeakMap<RunContext, HookTour>()

/** Begins the tour of a run through its task's hooks; undefined where the task has none. */
export function startTour(task: TaskDefinition, context: RunContext, args: readonly unknown[]): HookTour | undefined {
  if (task.hooked === undefined) return undefined
  const tour = new HookTour(task.hooked(context), context, args)
  TOURS.set(context, tour)
  return tour
}

/** The tour of a run that ends from outside: the one under way, or, where the run was in a child, one of its own. */
export const tourOf = (task: TaskDefinition, context: RunContext, args: readonly unknown[]): HookTour | undefined =>
  TOURS.get(context) ?? startTour(task, context, args)

/** One run of a task that has hooks: its code, and the hooks around it. */
export class HookTour {
  constructor(
    private readonly hooked: HookedRun,
    private readonly context: RunContext,
    private readonly args: readonly unknown[],
  ) {}

  /** Runs `beforeStart` and the code. @throws what either throws */
  async run(): Promise<unknown> {
    const { hooks, run } = this.hooked
    await hooks.beforeStart?.(this.args)
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
    }
  }

  #finish(end: RunEnd): Promise<void> {
    return this.#call('afterReturn', (hooks) => hooks.afterReturn?.(end, this.args))
  }

  async #call(name: keyof RunHooks, hook: (hooks: RunHooks) => unknown): Promise<void> {
    try {
      await hook(this.hooked.hooks)
    } catch (error) {
      this.context.log.error({ error: errorOf(error) }, `${name} of the task threw; this changes nothing`)
    }
  }
}
