import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lane.js'
import { didYouMean } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { ActionReport } from './dashboard.js'

/** Lets nothing of a queue start; what runs goes on. @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
export const pauseQueue = (engine: Engine, queue: string): Promise<ActionReport> => setPaused(engine, queue, true)

/** Lets a queue go on. @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
export const resumeQueue = (engine: Engine, queue: string): Promise<ActionReport> => setPaused(engine, queue, false)

async function setPaused(engine: Engine, queue: string, paused: boolean): Promise<ActionReport> {
  const known = await knownQueues(engine)
  if (!known.has(queue)) throw unknownQueue(queue, known)
  const isChanged = await engine.queuePause.set(queue, paused)
  if (isChanged) return { done: 1, refused: [], text: paused ? `${queue} is paused` : `${queue} goes on` }
  const state = paused ? 'paused already' : 'not paused'
  return { done: 0, refused: [{ what: queue, why: `it was ${state}` }], text: `${queue} was ${state}` }
}

/** Queues that ever had a job, that a worker serves, or that a task goes to. */
async function knownQueues(engine: Engine): Promise<ReadonlySet<string>> {
  const [lanes, workers, tasks] = await Promise.all([engine.lanes(), engine.workers(), engine.knownTasks()])
  return new Set([
    ...lanes.map((lane) => parseLane(lane).queue),
    ...workers.flatMap((worker) => worker.queues),
    ...[...tasks.values()].map((facts) => facts.queue),
  ])
}

function unknownQueue(queue: string, known: ReadonlySet<string>): TaskqError {
  return new TaskqError('TASKQ_QUEUE_UNKNOWN', `no queue is named ${show(queue)}${didYouMean(queue, known)}`, {
    hint: 'A queue is known from its first job on, or from when a worker first serves it. taskq status shows all.',
    data: { queue },
  })
}
