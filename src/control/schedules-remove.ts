import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { SchedulesAccess } from './schedules-access.js'
import { changeEntries } from './schedules-lookup.js'

/** Removes an entry that was added while running, with all that is known of it. Its jobs stay. */
export function removeSchedule(access: SchedulesAccess, name: string): Promise<void> {
  return changeEntries(access, [name], (_, { definition }) => {
    if (definition?.owner === 'code') throw ownedByCode(name)
    return { writes: [{ name, isRemoved: true }], jobs: [] }
  })
}

const ownedByCode = (name: string): TaskqError =>
  new TaskqError('TASKQ_SCHEDULE_CODE_OWNED', `${show(name)} is in the code: a beat would bring it back`, {
    hint: 'Remove it from the code (taskq.config.ts, or the decorator of its task), or pause it.',
    data: { schedule: name },
  })
