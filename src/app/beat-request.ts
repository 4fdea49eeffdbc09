import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BeatOptions, JobPort } from '../beat/beat-options.js'
import type { Client } from '../client/client.js'
import type { Engine } from '../engine/engine.js'
import type { BeatEventSink } from '../events/beat-event.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
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
    plan: (call) => client.planUnchecked(call),
    hasEnded: async ({ jobId, lane }) => {
      const job = await engine.jobs.find(jobId, lane)
      return job === undefined || job.standing.succeeded || job.standing.failed
    },
    revoke: async ({ jobId, lane }, reason) => (await engine.revoke({ id: jobId, lane }, reason)) !== 'told',
  }
}
