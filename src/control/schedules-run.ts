import { freshState } from '../engine/schedules/schedule-record.js'
import type { SchedulesAccess } from './schedules-access.js'
import { changeEntries, requireReadable } from './schedules-lookup.js'

/**
 * Enqueues a job of an entry now, paused or not, and notes it as the latest by hand: in one transaction. The entry's
 * slots, its limit, its count of jobs and the job that the next slot may have to wait for are not touched.
 */
export async function runSchedule(access: SchedulesAccess, name: string): Promise<string> {
  const { nowMs, planJob } = access
  const jobId = access.newId()
  await changeEntries(access, [name], async (_, record) => {
    const { task, args, options } = requireReadable(name, record).definition.entry
    const job = await planJob({ id: jobId, task, args, options, schedule: { name, slotMs: nowMs } })
    const lastByHand = { slotMs: nowMs, jobId, lane: job.lane, enqueuedAtMs: nowMs }
    const state = { ...(record.state ?? freshState(nowMs)), lastByHand }
    return { writes: [{ name, state }], jobs: [{ ...job, enqueuedAtMs: nowMs }], isEdit: false }
  })
  return jobId
}
