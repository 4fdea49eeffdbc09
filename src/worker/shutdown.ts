import { TaskqError } from '../errors/taskq-error.js'
import type { Dispatcher } from './dispatcher.js'
import type { JobRunner } from './job-runner.js'
import type { WorkerParts } from './worker-parts.js'

/** What a task gets to notice its signal and tidy up, before its job is given back without it. */
const ABORT_GRACE_MS = 1000

/** A goodbye is not waited for longer: whoever hurries the worker expects its end within a second. */
const GOODBYE_MS = 300
/** And what is given back then is not waited for longer, where the broker is away. */
const HURRIED_MS = 500

/** How a worker ends. */
export interface Ending {
  /** How long running tasks may go on. */
  readonly graceMs: number
  /** Resolves when they may no longer. */
  readonly hurried: Promise<void>
  /** What takes time at the end, and needs no running task. */
  readonly sayGoodbye: () => Promise<void>
}

/**
 * The end of a worker, in steps:
 *
 * 1. take no more jobs
 * 2. let running tasks finish, for `graceMs`
 * 3. abort their signals, and wait a second for those that listen
 * 4. say goodbye, and only then give the rest back to the head of their queues; no attempt is counted
 *
 * @returns whether something was given back: another worker may run it from now on, while its code still goes on here
 */
export async function shutDown(
  dispatcher: Dispatcher,
  runner: JobRunner,
  { graceMs, hurried, sayGoodbye }: Ending,
): Promise<boolean> {
  let isHurried = false
  const hurry = hurried.then(() => {
    isHurried = true
  })
  dispatcher.stop()
  const idle = dispatcher.idle()
  if (await endsWithin(idle, graceMs, hurry)) return false
  if (!isHurried) {
    runner.abortAll(new TaskqError('TASKQ_JOB_SHUTDOWN', 'the worker shuts down; the job goes back to its queue'))
    if (await endsWithin(idle, ABORT_GRACE_MS, hurry)) return false
  }
  await endsWithin(sayGoodbye(), GOODBYE_MS)
  const isLeft = dispatcher.active > 0
  runner.abandonAll()
  const late = hurried.then(() => new Promise<void>((resolve) => setTimeout(resolve, HURRIED_MS)))
  await endsWithin(idle, ABORT_GRACE_MS, late)
  return isLeft
}

/** Tells that a worker goes. What happens from then on is told, too, as far as there is time. */
export async function sayGoodbye(
  { live, vitals, stats }: Pick<WorkerParts, 'live' | 'vitals' | 'stats'>,
  clocks: readonly { stop(): void }[],
  leave: () => Promise<void>,
): Promise<void> {
  for (const clock of clocks) clock.stop()
  vitals.stop()
  live.announce('worker.offline')
  await Promise.all([stats.close(), leave()])
}

/** Whether it ended in time, and before the wait for it was cut short. */
async function endsWithin(work: Promise<void>, ms: number, cut?: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
    void cut?.then(() => resolve(false))
  })
  const ended = await Promise.race([work.then(() => true as const), timeUp])
  clearTimeout(timer)
  return ended
}
