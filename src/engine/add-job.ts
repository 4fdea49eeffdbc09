import type { JobJson } from 'bullmq'
import type { ChainableCommander } from 'ioredis'
import type { Connection } from './connection.js'
import type { NewJob } from './delivery.js'
import type { LaneBackends } from './lane-backends.js'

/** What BullMQ's `addJobToTransaction` takes to add a job. An id that is there already adds nothing. */
export function toAdd(
  job: NewJob,
  backends: LaneBackends,
): [JobJson, string, Record<string, never>, ReturnType<LaneBackends['keysOf']>] {
  const json = {
    id: job.id,
    name: job.task,
    data: job.data,
    opts: optionsOf(job),
    timestamp: job.enqueuedAtMs ?? Date.now(),
  } as unknown as JobJson
  return [json, job.id, {}, backends.keysOf(job.lane)]
}

/** The engine's highest priority is 1, and jobs without one go before all others: in a queue with priorities every job has one. */
function optionsOf({ delayMs, priority }: NewJob): object {
  return {
    ...(delayMs > 0 && { delay: delayMs }),
    ...(priority !== undefined && { priority: 10 - priority }),
  }
}

/**
 * Has the broker hold the scripts that add these jobs, in the same transaction. Otherwise a broker that has lost them
 * (a failover, `SCRIPT FLUSH`) says so only while it carries the transaction out, and goes on with the rest of it.
 *
 * @returns how many commands that took
 */
export function loadAddScripts(commands: ChainableCommander, connection: Connection, jobs: readonly NewJob[]): number {
  const wanted = [
    ...(jobs.some(({ delayMs, priority }) => delayMs <= 0 && priority === undefined) ? ['addStandardJob'] : []),
    ...(jobs.some(({ delayMs, priority }) => delayMs <= 0 && priority !== undefined) ? ['addPrioritizedJob'] : []),
    ...(jobs.some(({ delayMs }) => delayMs > 0) ? ['addDelayedJob'] : []),
  ]
  // BullMQ names its scripts with its version: `addStandardJob:6.7.1`.
  const scripts = Object.entries((connection as unknown as { scriptsSet: Record<string, { lua: string }> }).scriptsSet)
  for (const name of wanted) {
    const script = scripts.find(([full]) => full.split(':')[0] === name)?.[1]
    if (script === undefined) throw new Error(`the engine has no script ${name}`)
    commands.script('LOAD', script.lua)
  }
  return wanted.length
}
