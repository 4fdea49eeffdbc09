import type { Client } from '../client/client.js'
import { newJobId } from '../client/job-id.js'
import { Schedules } from '../control/schedules.js'
import type { Engine } from '../engine/engine.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { codeSchedules } from './code-schedules.js'

/** The project whose code has entries. */
type Project = Parameters<typeof codeSchedules>[0]

/** The schedules service of an app. It imports the task files only when it must know what the code says. */
export function openSchedules(app: Project, engine: Engine, client: Client): Schedules {
  return new Schedules({
    engine,
    codeEntries: () => allCodeSchedules(app),
    planJob: (call) => client.plan(call),
    newId: newJobId,
    timezone: app.config.timezone,
  })
}

/** What a file that cannot be imported says is not known: no entry must be taken for one that has left the code. */
async function allCodeSchedules(app: Project): Promise<readonly ScheduleEntry[]> {
  const { failures } = await app.discover()
  if (failures.length === 0) return codeSchedules(app)
  throw new TaskqError('TASKQ_DISCOVERY_FAILED', `${failures.length} task file(s) cannot be imported: see taskq list`)
}
