import type { ChainableCommander } from 'ioredis'
import type { Connection } from '../connection/connection.js'
import type { NewJob } from '../delivery.js'
import { addTo, loadAddScripts, prepareToAdd } from '../jobs/add-job.js'
import type { Keys } from '../keys.js'
import { announceLane } from '../lanes/announce-lane.js'
import type { LaneBackends } from '../lanes/lane-backends.js'
import { encodeDefinition } from './parse-schedule.js'
import type { ScheduleDefinition, ScheduleState } from './schedule-record.js'

/** What a transaction does. */
export interface ScheduleChange {
  readonly writes: readonly ScheduleWrite[]
  /** Jobs to add in the same transaction: they exist when the writes were made, and do not when they were not. */
  readonly jobs: readonly NewJob[]
  /** Whether beats must read the entries anew. */
  readonly isEdit: boolean
}

/** What is written of one entry; what is left out stays. */
export interface ScheduleWrite {
  readonly name: string
  /** `null` takes the definition away and leaves the state. */
  readonly definition?: ScheduleDefinition | null
  readonly state?: ScheduleState
  /** Whatever is there goes first: it may be no entry at all. */
  readonly isReplaced?: true
  /** Removes the entry whole. */
  readonly isRemoved?: true
}

/** A transaction was made, but its broker refused some of the jobs, since what it holds of their lane is damaged. */
export class JobsRefusedError extends Error {
  /** @param refused why, by the job's id */
  constructor(readonly refused: ReadonlyMap<string, Error>) {
    super([...refused].map(([id, { message }]) => `${id}: ${message}`).join('; '))
    this.name = 'JobsRefusedError'
  }
}

/**
 * Makes a change in one transaction. False when somebody else wrote what is watched meanwhile: then nothing is written.
 *
 * @throws JobsRefusedError; what the broker says to all of it: then nothing is written
 */
export async function commitChange(
  connection: Connection,
  backends: LaneBackends,
  keys: Keys,
  { writes, jobs, isEdit }: ScheduleChange,
): Promise<boolean> {
  const { client } = await backends.open()
  prepareToAdd(connection, jobs)
  const transaction = client.multi()
  const commands = transaction as unknown as ChainableCommander
  const lanes = new Set(jobs.map((job) => job.lane))
  const loads = loadAddScripts(commands, connection, jobs)
  for (const lane of lanes) announceLane(commands, keys, lane)
  for (const job of jobs) void addTo(transaction, job, { connection, backends, keys })
  for (const write of writes) addWrite(commands, keys, write)
  if (isEdit) commands.incr(keys.scheduleEdits)
  const replies = (await commands.exec()) as [Error | null, unknown][] | null
  if (replies === null) return false
  const jobReplies = replies.splice(loads + lanes.size, jobs.length)
  for (const [error] of replies) if (error) throw error
  const refused = jobs.flatMap(({ id }, index) => (jobReplies[index]?.[0] ? [[id, jobReplies[index][0]] as const] : []))
  if (refused.length > 0) throw new JobsRefusedError(new Map(refused))
  return true
}

// Fields as an object: a transaction of BullMQ's takes no other form.
function addWrite(commands: ChainableCommander, keys: Keys, write: ScheduleWrite): void {
  const { name, definition, state, isReplaced, isRemoved } = write
  const key = keys.schedule(name)
  if (isRemoved || isReplaced) commands.del(key)
  if (isRemoved) {
    commands.srem(keys.schedules, name)
    return
  }
  commands.sadd(keys.schedules, name)
  if (definition === null) commands.hdel(key, 'definition')
  else if (definition !== undefined) commands.hset(key, { definition: encodeDefinition(definition) })
  if (state !== undefined) commands.hset(key, { state: JSON.stringify(state) })
}
