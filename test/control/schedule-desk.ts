import { newJobId } from '../../src/client/job-id.js'
import { Schedules } from '../../src/control/schedules.js'
import type { SchedulesOptions } from '../../src/control/schedules-access.js'
import type { ScheduleRecord, ScheduleState } from '../../src/engine/schedules/schedule-record.js'
import type { ScheduleStore } from '../../src/engine/schedules/schedule-store.js'
import { checkScheduleEntry } from '../../src/schedule/check-entry.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import type { ScheduleOptions } from '../../src/schedule/schedule-options.js'
import type { TestApp } from '../support/test-app.js'

/** The schedules service of an app, whose code says these entries, and what is stored. */
export interface ScheduleDesk {
  readonly schedules: Schedules
  readonly store: ScheduleStore
  /** What is stored of an entry. */
  record(name: string): Promise<ScheduleRecord | undefined>
}

export function scheduleDesk(
  app: TestApp,
  code: readonly ScheduleEntry[] | (() => never) = [],
  over: Partial<SchedulesOptions> = {},
): ScheduleDesk {
  const store = app.engine.openSchedules()
  app.onClose(() => store.close())
  const schedules = new Schedules({
    engine: app.engine,
    codeEntries: async () => (typeof code === 'function' ? code() : code),
    planJob: (call) => app.client.plan(call),
    newId: newJobId,
    timezone: 'UTC',
    ...over,
  })
  return { schedules, store, record: async (name) => (await store.read([name])).get(name) }
}

/** An entry as `taskq.config.ts` says it. */
export function entryIn(name: string, options: ScheduleOptions): ScheduleEntry {
  const checked = checkScheduleEntry(name, options, { timezone: 'UTC' })
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems))
  return checked.entry
}

/** Stores entries of the code, as a beat does when it starts. */
export async function storeCode(
  desk: ScheduleDesk,
  entries: readonly ScheduleEntry[],
  cursorMs: number,
  more: Partial<ScheduleState> = {},
): Promise<void> {
  const state = { cursorMs, runs: 0, skipped: 0, paused: false, ...more }
  const writes = entries.map((entry) => ({ name: entry.name, definition: { entry, owner: 'code' as const }, state }))
  await desk.store.change([], () => ({ writes, jobs: [], isEdit: true }))
}
