import { resolveConfig } from '../config/resolve-config.js'
import type { TaskqConfig } from '../config/taskq-config.js'
import { findProjectRoot } from '../discovery/project-root.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from '../task/enqueue-many.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { bindEnqueuer } from '../task/enqueuer.js'
import type { WorkflowResult } from '../task/workflow-result.js'
import { App } from './app.js'

/**
 * The app of this process: the only ambient state there is. It is made at the first enqueue, from the
 * project around the working directory, so that `X.delay()` needs no set-up.
 */
let current: Promise<App> | undefined
/** Set by the command line: its flags and file win over what the project's code says. */
let isGiven = false

/** The app of this process; loaded when it is first asked for. */
export function ambientApp(): Promise<App> {
  current ??= App.load({ cwd: process.cwd(), env: process.env }).catch((error) => {
    current = undefined
    throw error
  })
  return current
}

/** Makes a loaded app the one of this process, for good: a `configure` that comes later is passed over. */
export function useApp(app: App): void {
  isGiven = true
  current = Promise.resolve(app)
}

/**
 * Configures this process in code, instead of by a file: for a server that has its settings elsewhere.
 * The environment still wins over it. In a process of the `taskq` command it does nothing: there the command's flags
 * and the configuration file hold.
 *
 * @throws TaskqError `TASKQ_CONFIG_INVALID` naming every problem; also when it comes after the first use, or twice
 *
 * @example
 * configure({ broker: settings.redisUrl, enqueueTimeout: '2s' })
 */
export function configure(config: TaskqConfig): void {
  if (isGiven) return
  if (current !== undefined) {
    throw new TaskqError('TASKQ_CONFIG_INVALID', 'configure() came after the first use', {
      hint: 'Call it once, where the process starts.',
    })
  }
  const cwd = process.cwd()
  const sources = { cwd, env: process.env }
  const file = { path: 'configure()', value: config }
  current = Promise.resolve(App.of(resolveConfig({ root: findProjectRoot(cwd), env: process.env, file }), sources))
}

/**
 * Enqueues a job of a task by its name, without the task's code.
 *
 * @throws TaskqError as `applyAsync` does
 *
 * @example
 * const result = await sendTask<{ messageId: string }>('emails.SendWelcomeEmail', ['u_42'])
 */
export async function sendTask<R = unknown>(
  task: string,
  args: readonly unknown[] = [],
  options: EnqueueOptions = {},
): Promise<AsyncResult<R>> {
  return (await (await ambientApp()).client()).enqueue<R>(task, args, options)
}

/**
 * Enqueues many jobs of a task by its name, in bounded memory: the next calls are read when the broker has taken those
 * before.
 *
 * @throws TaskqError as `delayMany` does
 *
 * @example
 * await sendMany('emails.SendNewsletter', users.map(({ id }) => [id]), { onProgress: ({ enqueued }) => show(enqueued) })
 */
export async function sendMany(
  task: string,
  calls: ManyCalls,
  options: EnqueueManyOptions = {},
): Promise<ManyEnqueued> {
  return (await (await ambientApp()).client()).enqueueMany(task, calls, options)
}

/** A handle on a job by its id, for a process that did not enqueue it. */
export async function getResult<R = unknown>(id: string): Promise<AsyncResult<R>> {
  return (await (await ambientApp()).client()).result<R>(id)
}

/**
 * A handle on a workflow by its id, for a process that did not start it.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID` for the id of anything else
 */
export async function getWorkflow<R = unknown>(id: string): Promise<WorkflowResult<R>> {
  return (await (await ambientApp()).client()).workflow<R>(id)
}

/**
 * Closes this process's connections. Needed only where something else keeps the process alive, or on a
 * Cluster; the next enqueue connects anew.
 */
export async function close(): Promise<void> {
  const app = await current?.catch(() => undefined)
  await app?.close()
}

bindEnqueuer(async () => (await ambientApp()).client())
