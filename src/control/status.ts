import type { BrokerInfo } from '../engine/connection/broker-info.js'
import type { Engine } from '../engine/engine.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import { listQueues, type QueueStatus } from './list-queues.js'
import { type LeadingBeat, readLeader } from './schedules-leader.js'
import { readUnknownTasks, type UnknownTask } from './unknown-tasks.js'
import { readWorkflowsStatus, type WorkflowsStatus } from './workflows/read-workflows.js'

/** What goes on now, over all processes of an app. */
export interface Status {
  /** Milliseconds since 1970, by the broker's clock. */
  readonly at: number
  readonly broker: Pick<BrokerInfo, 'server' | 'version' | 'pingMs'>
  /** The workers that are not gone, by name; `heardAt` tells which of them are silent. */
  readonly workers: readonly WorkerFacts[]
  /** By name: queues that ever had a job, and those that a worker serves. */
  readonly queues: readonly QueueStatus[]
  readonly schedules: ScheduleStatus
  readonly workflows: WorkflowsStatus
  /** Jobs that wait for a worker that knows their task, in queues that are served. */
  readonly unknownTasks: readonly UnknownTask[]
}

/** Who enqueues the slots of schedule entries. */
export interface ScheduleStatus {
  /** The beat that leads; undefined when none runs. */
  readonly beat: LeadingBeat | undefined
  /** How many entries are stored. */
  readonly entries: number
}

/** How many workflows are told of one by one. */
const NEWEST = 5

/** Reads the status. Throws `TASKQ_BROKER_UNREACHABLE` or `TASKQ_BROKER_AUTH`. */
export async function readStatus(engine: Engine): Promise<Status> {
  const [{ server, version, pingMs }, workers, { at, queues }, schedules, workflows] = await Promise.all([
    engine.brokerInfo(),
    engine.workers(),
    engine.queueOverviews(),
    readSchedules(engine),
    readWorkflowsStatus(engine, NEWEST),
  ])
  return {
    at,
    broker: { server, version, pingMs },
    workers,
    queues: listQueues(queues, workers),
    schedules,
    workflows,
    unknownTasks: await readUnknownTasks(engine, workers),
  }
}

async function readSchedules(engine: Engine): Promise<ScheduleStatus> {
  const store = engine.openSchedules()
  try {
    const [beat, entries] = await Promise.all([readLeader(store), store.count()])
    return { beat, entries }
  } finally {
    await store.close()
  }
}
