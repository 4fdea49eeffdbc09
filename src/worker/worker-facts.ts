import type { ActiveJob } from '../engine/consumer.js'
import type { RunningJob, WorkerFacts } from '../engine/workers/worker-facts.js'
import { headText } from '../events/head-text.js'
import type { WorkerOptions } from './worker-options.js'
import type { WorkerParts } from './worker-parts.js'

/** As many of the running jobs are told: more than a screen shows. */
const MOST_SLOTS = 100

/** What a worker tells of itself that its parts do not know. */
export type WorkerStanding = Required<Pick<WorkerFacts, 'host' | 'startedAt' | 'stopping'>>

/** What a worker tells of itself now. Begins a new stretch of what its process costs. */
export function factsOf(options: WorkerOptions, parts: WorkerParts, standing: WorkerStanding): WorkerFacts {
  const { id, name, version, tasks } = options
  const { dispatcher, runner, lanes, autoscaler, vitals } = parts
  return {
    id,
    name,
    version,
    ...standing,
    pid: process.pid,
    queues: lanes.queues,
    tasks: tasks.map((task) => task.name),
    concurrency: dispatcher.slots,
    active: dispatcher.active,
    succeeded: runner.succeeded,
    failed: runner.failed,
    beatAt: Date.now(),
    slots: dispatcher.activeJobs.slice(0, MOST_SLOTS).map(toRunning),
    ...(autoscaler.range && { autoscale: autoscaler.range }),
    process: vitals.read(),
  }
}

/** A running job, for those who look from outside. */
export const toRunning = ({ id, task, lane, attemptsMade, startedAt }: ActiveJob): RunningJob => ({
  id: headText(id),
  task: headText(task),
  queue: headText(lane.name.queue),
  attempt: attemptsMade + 1,
  startedAt,
})
