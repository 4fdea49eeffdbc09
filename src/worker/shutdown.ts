import { TaskqError } from '../errors/taskq-error.js'
import type { Dispatcher } from './dispatcher.js'
import type { JobRunner } from './job-runner.js'

/** What a task gets to notice its signal and tidy up, before its job is given back without it. */
const ABORT_GRACE_MS = 1000

/**
 * The end of a worker, in steps:
 *
 * 1. take no more jobs
 * 2. let running tasks finish, for `graceMs`
 * 3. abort their signals, and wait a second for those that listen
 * 4. give the rest back to the head of their queues; no attempt is counted
 */
export async function shutDown(dispatcher: Dispatcher, runner: JobRunner, graceMs: number): Promise<void> {
  dispatcher.stop()
  const idle = dispatcher.idle()
  if (await endsWithin(idle, graceMs)) return
  runner.abortAll(new TaskqError('TASKQ_JOB_SHUTDOWN', 'the worker shuts down; the job goes back to its queue'))
  if (await endsWithin(idle, ABORT_GRACE_MS)) return
  runner.abandonAll()
  await endsWithin(idle, ABORT_GRACE_MS)
}

async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const ended = await Promise.race([work.then(() => true as const), timeUp])
  clearTimeout(timer)
  return ended
}
