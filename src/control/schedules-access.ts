import type { NewJob } from '../engine/delivery.js'
import type { Engine } from '../engine/engine.js'
import type { ScheduleStore } from '../engine/schedules/schedule-store.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { JobCall } from '../task/job-call.js'

/** What the schedules service works with. */
export interface SchedulesOptions {
  readonly engine: Engine
  /** The entries that this project's code says. Asked only where they matter: it may import the task files. */
  readonly codeEntries: () => Promise<readonly ScheduleEntry[]>
  /** Makes a job without enqueueing it, or throws why that cannot be. */
  readonly planJob: (call: JobCall) => Promise<NewJob>
  readonly newId: () => string
  /** The zone of entries that name none. */
  readonly timezone: string
}

/** The same, while one thing is done. */
export interface SchedulesAccess extends SchedulesOptions {
  readonly store: ScheduleStore
  /** The time by the broker's clock. */
  readonly nowMs: number
}
