import type { JobJson, RedisQueueBackend } from 'bullmq'
import type { ChainableCommander } from 'ioredis'
import type { Connection } from '../connection/connection.js'
import type { NewJob } from '../delivery.js'
import { engineScript } from '../engine-script.js'
import type { Keys } from '../keys.js'
import { parseLane } from '../lanes/lane.js'
import type { LaneBackends, OpenBackend } from '../lanes/lane-backends.js'
import { type AddCommand, guardedAdd, guardedName, isGuarded, learnGuarded } from '../same-jobs/guarded-add.js'

/** What takes commands: a connection, a pipeline or a transaction, as BullMQ wraps them. */
type Target = Parameters<RedisQueueBackend['addJobToTransaction']>[0]

/** What adding needs of the engine; its backends must be open. */
export interface AddSite {
  readonly connection: Connection
  readonly backends: LaneBackends
  readonly keys: Keys
  /** When jobs are enqueued that do not say it themselves. Default: by this machine's clock. */
  readonly now?: () => number
}

/** Teaches the connection what it takes to add these jobs. A pipeline knows what its connection knew when it was made. */
export function prepareToAdd(connection: Connection, jobs: readonly NewJob[]): void {
  if (jobs.some(isGuarded)) learnGuarded(connection)
}

/**
 * Adds a job, or finds the one that stands for it. The answer is the job's id, or `[id, lane]` of another one; in a
 * pipeline it comes with the pipeline's.
 */
export function addTo(target: Target, job: NewJob, { connection, backends, keys, now }: AddSite): Promise<unknown> {
  const { backend } = backends.opened as OpenBackend
  const parts = toAdd(job, backends, now)
  if (!isGuarded(job)) return backend.addJobToTransaction(target, ...parts) as Promise<unknown>
  let command: AddCommand = { name: '', args: [] }
  const runCommand = async (name: string, args: AddCommand['args']) => {
    command = { name, args }
  }
  // It calls back before it returns.
  void backend.addJobToTransaction({ runCommand } as unknown as Target, ...parts)
  const { name, args } = guardedAdd(connection, keys, job, command)
  return target.runCommand(name, args as unknown[]) as Promise<unknown>
}

/** What BullMQ's `addJobToTransaction` takes to add a job. An id that is there already adds nothing. */
function toAdd(
  job: NewJob,
  backends: LaneBackends,
  now: () => number = Date.now,
): [JobJson, string, Record<string, never>, ReturnType<LaneBackends['keysOf']>] {
  const json = {
    id: job.id,
    name: job.task,
    data: job.data,
    opts: optionsOf(job),
    timestamp: job.enqueuedAtMs ?? now(),
  } as unknown as JobJson
  return [json, job.id, {}, backends.keysOf(job.lane)]
}

/** The engine's highest priority is 1, and jobs without one go before all others: in a queue with priorities every job has one. */
function optionsOf({ lane, delayMs, priority, keys, expiresAt }: NewJob): object {
  return {
    // Read by the turnstile of a lane whose limits are divided by keys.
    ...(keys?.rate !== undefined && { kr: keys.rate }),
    ...(keys?.concurrency !== undefined && { kc: keys.concurrency }),
    ...(expiresAt !== undefined && parseLane(lane).task !== undefined && { ex: expiresAt }),
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
  const wanted = new Set(jobs.map((job) => `${isGuarded(job) ? guardedName('') : ''}${addNameOf(job)}`))
  for (const name of wanted) commands.script('LOAD', engineScript(connection, name).lua)
  return wanted.size
}

/** The script by which BullMQ adds a job. */
function addNameOf({ delayMs, priority }: NewJob): string {
  if (delayMs > 0) return 'addDelayedJob'
  return priority === undefined ? 'addStandardJob' : 'addPrioritizedJob'
}
