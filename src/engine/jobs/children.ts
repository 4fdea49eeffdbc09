import type { ChainableCommander } from 'ioredis'
import { isWorkflowId } from '../../task/names.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { NewJob } from '../delivery.js'
import type { Keys } from '../keys.js'
import type { JobReader } from './job-reader.js'

/** A job that fans out into very many is not to keep the ids of all. */
const MOST = 10_000

/** Notes with the jobs whose runs enqueued them, where any run did. A job that is sent twice is noted once. */
export function noteChildren(
  pipeline: ChainableCommander,
  keys: Keys,
  jobs: readonly Pick<NewJob, 'id' | 'parent'>[],
): void {
  const parents = new Map<string, { keepMs: number; members: string[] }>()
  // Finer than milliseconds, in which a run enqueues more than one.
  const now = performance.timeOrigin + performance.now()
  for (const [index, { id, parent }] of jobs.entries()) {
    if (parent === undefined) continue
    const known = parents.get(parent.id) ?? { keepMs: parent.keepMs, members: [] }
    known.members.push(String(now + index / 1000), id)
    parents.set(parent.id, known)
  }
  for (const [id, { keepMs, members }] of parents) {
    const key = keys.children(id)
    pipeline
      .zadd(key, 'NX', ...members)
      .zremrangebyrank(key, MOST, -1)
      .pexpire(key, Math.max(1, keepMs))
  }
}

/** A job that another one enqueued; or a workflow that it made, which is in no lane. */
export type ChildJob =
  | { readonly id: string; readonly lane: string; readonly task: string }
  | { readonly id: string; readonly lane?: never; readonly task?: never }

/** The jobs that a job's runs enqueued, and the workflows that they made, that are still there, oldest first. */
export async function readChildren(link: BrokerLink, keys: Keys, jobs: JobReader, id: string): Promise<ChildJob[]> {
  const ids = await link.read((redis) => redis.zrange(keys.children(id), '0', '-1'))
  const lanes = await jobs.lanesOf(ids.filter((child) => !isWorkflowId(child)))
  const found = ids.filter((child) => isWorkflowId(child) || lanes.has(child))
  if (found.length === 0) return []
  const told = await link.read((redis) => {
    const pipeline = redis.pipeline()
    for (const child of found) {
      const lane = lanes.get(child)
      if (lane === undefined) pipeline.exists(keys.workflow(child))
      else pipeline.hget(keys.job(lane, child), 'name')
    }
    return runPipeline(pipeline)
  })
  return found.flatMap((child, index) => {
    const lane = lanes.get(child)
    if (lane !== undefined) return { id: child, lane, task: String(told[index] ?? '') }
    return told[index] === 1 ? { id: child } : []
  })
}
