import type { Engine } from '../engine/engine.js'
import type { ActionReport } from './dashboard.js'
import { requireQueue } from './known-queues.js'

/** Lets nothing of a queue start; what runs goes on. @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
export const pauseQueue = (engine: Engine, queue: string): Promise<ActionReport> => setPaused(engine, queue, true)

/** Lets a queue go on. @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
export const resumeQueue = (engine: Engine, queue: string): Promise<ActionReport> => setPaused(engine, queue, false)

async function setPaused(engine: Engine, queue: string, paused: boolean): Promise<ActionReport> {
  await requireQueue(engine, queue)
  const isChanged = await engine.queuePause.set(queue, paused)
  if (isChanged) return { done: 1, refused: [], text: paused ? `${queue} is paused` : `${queue} goes on` }
  const state = paused ? 'paused already' : 'not paused'
  return { done: 0, refused: [{ what: queue, why: `it was ${state}` }], text: `${queue} was ${state}` }
}
