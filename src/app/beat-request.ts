import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BeatOptions, JobPort } from '../beat/beat-options.js'
import type { Client } from '../client/client.js'
import type { Engine } from '../engine/engine.js'
import { nearest } from '../errors/nearest.js'
import { formatProblem, type Problem, show } from '../errors/problems.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import type { BeatEventSink } from '../events/beat-event.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { slotJobId } from '../schedule/slot-id.js'
import { findTask, listTasks } from '../task/registry.js'
import { packageVersion } from './version.js'

/** Makes a beat's options of the code's entries. */
export function planBeat(
  entries: readonly ScheduleEntry[],
  engine: Engine,
  client: Client,
  onEvent: BeatEventSink,
): BeatOptions {
  const id = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  return { id, version: packageVersion(), entries, jobs: jobPortOf(engine, client), onEvent }
}

function jobPortOf(engine: Engine, client: Client): JobPort {
  return {
    plan: (call) => client.plan(call),
    hasEnded: async ({ jobId, lane }) => {
      const job = await engine.jobs.find(jobId, lane)
      return job === undefined || job.standing.succeeded || job.standing.failed
    },
    revoke: async ({ jobId, lane }, reason) => (await engine.revoke({ id: jobId, lane }, reason)) !== 'told',
  }
}

/**
 * Refuses entries that could never work: a task that neither this project nor any worker knows, arguments that JSON
 * would change, that the task's schema does not allow or that are too large, a queue that the task cannot be called
 * into.
 *
 * @throws TaskqError `TASKQ_SCHEDULE_INVALID`, naming every such entry at once
 */
export async function refuseUnrunnable(
  entries: readonly ScheduleEntry[],
  engine: Engine,
  client: Client,
): Promise<void> {
  if (entries.length === 0) return
  const known = new Set([...(await engine.knownTasks()).keys(), ...listTasks().map(({ name }) => name)])
  const problems = await Promise.all(
    entries.map((entry) => (known.has(entry.task) ? jobProblem(entry, client) : unknownTask(entry, [...known]))),
  )
  const lines = problems.filter((line) => line !== undefined)
  if (lines.length === 0) return
  throw new TaskqError(
    'TASKQ_SCHEDULE_INVALID',
    `the schedule cannot be used:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      hint: 'Correct these entries; nothing was changed.',
      data: { problems: lines },
    },
  )
}

function unknownTask({ name, task }: ScheduleEntry, known: readonly string[]): string {
  const meant = nearest(task, known)
  const problem: Problem = { key: `${name}: task`, expected: 'a task of this project or of a worker', got: show(task) }
  return formatProblem(meant === undefined ? problem : { ...problem, nearest: meant })
}

async function jobProblem(entry: ScheduleEntry, client: Client): Promise<string | undefined> {
  const { name, task, args, options } = entry
  try {
    const call = { id: slotJobId(name, 0), task, args, options, schedule: { name, slotMs: 0 } }
    // Of a task without code here, the workers check the arguments.
    if (findTask(task) !== undefined) await client.plan(call)
    return undefined
  } catch (error) {
    if (!isTaskqError(error)) throw error
    return `${name}: ${error.message}`
  }
}
