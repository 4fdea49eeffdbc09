import type { Schedules } from '../control/schedules.js'
import type { AddedSchedule, AddRules } from '../control/schedules-add.js'
import type { Backfill, BackfillRequest } from '../control/schedules-backfill.js'
import type { ListRequest, ScheduleList } from '../control/schedules-list.js'
import type { PauseOutcome } from '../control/schedules-pause.js'
import type { PreviewRequest, SchedulePreview } from '../control/schedules-preview.js'
import type { ScheduleOptions } from '../schedule/schedule-options.js'
import type { AsyncResult } from '../task/async-result.js'
import { ambientApp } from './ambient.js'

/** What can be done with schedule entries while beats run. */
export interface SchedulesApi {
  /**
   * Adds an entry. It is the runtime's: it stays until it is removed, whatever the code says. Beats see it within a
   * second.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_INVALID` naming all that is wrong, `TASKQ_SCHEDULE_EXISTS`; for the arguments
   *   what `applyAsync` throws. Then nothing was changed.
   *
   * @example
   * await schedules.add('digest-42', { task: 'SendDigest', args: [42], cron: '0 8 * * mon', tz: 'Europe/Berlin' })
   * await schedules.add('digest-42', { task: 'SendDigest', args: [42], every: '12h' }, { replace: true })
   */
  add(name: string, options: ScheduleOptions, rules?: AddRules): Promise<AddedSchedule>
  /**
   * Removes an entry that was added while running. Jobs that it enqueued stay.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`; `TASKQ_SCHEDULE_CODE_OWNED` for an entry of the code
   *
   * @example
   * await schedules.remove('digest-42')
   */
  remove(name: string): Promise<void>
  /**
   * Pauses entries, of the code too: all of them, or none where one is not there. When it has returned, none of their
   * slots is enqueued any more. A pause outlives releases.
   *
   * @returns for each whether it changed
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`
   *
   * @example
   * await schedules.pause(['digest-42', 'nightly-report'])
   */
  pause(names: string | readonly string[]): Promise<readonly PauseOutcome[]>
  /**
   * Lets paused entries go on. Slots that passed in the pause do not run; {@link backfill} can run them.
   *
   * @returns for each whether it changed
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`
   *
   * @example
   * await schedules.resume('nightly-report')
   */
  resume(names: string | readonly string[]): Promise<readonly PauseOutcome[]>
  /**
   * Enqueues a job of an entry now, also while it is paused. Its slots stay as they are, and it does not count for
   * `limit`. The job's `request.schedule.slot` is the time of the call.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`; as `applyAsync`
   *
   * @example
   * const result = await schedules.run('nightly-report')
   * await result.get({ timeout: '5m' })
   */
  run<R = unknown>(name: string): Promise<AsyncResult<R>>
  /**
   * Lists all entries with their next slot and their latest job, and tells which beat leads. To tell entries that
   * differ from the code, it imports the project's task files, unless `drift` is false.
   *
   * @example
   * const { schedules: entries, beat } = await schedules.list({ drift: false })
   * if (beat === undefined) console.warn('no beat runs: start taskq beat')
   */
  list(request?: ListRequest): Promise<ScheduleList>
  /**
   * Shows the next slots of an entry, by the clock of its zone, with a mark where that clock is changed.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`, `TASKQ_SCHEDULE_INVALID`
   *
   * @example
   * const { slots } = await schedules.preview('nightly-report', { count: 3, from: '2027-03-27' })
   */
  preview(name: string, request?: PreviewRequest): Promise<SchedulePreview>
  /**
   * Enqueues the jobs of past slots, from `from` to before `to`. Left out are those whose job is still stored; and,
   * unless the entry is paused, those that Beat has not dealt with yet. The jobs' `request.schedule.slot` tells which
   * slot each is for. Done again, it doubles jobs that are stored no longer: those of a task with `ignoreResult`, and
   * those whose result's time is over.
   *
   * @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`; `TASKQ_SCHEDULE_INVALID`, also for more than `max` slots; as
   *   `applyAsync`
   *
   * @example
   * await schedules.backfill('nightly-report', { from: '2026-11-01', to: '2026-11-08', dryRun: true })
   */
  backfill(name: string, request: BackfillRequest): Promise<Backfill>
}

/**
 * The schedule entries of this app, to show and to change while beats run.
 *
 * @example
 * await schedules.add('digest-42', { task: 'SendDigest', args: [42], every: '12h' })
 * await schedules.pause('digest-42')
 */
export const schedules: SchedulesApi = Object.freeze<SchedulesApi>({
  add: async (name, options, rules) => (await service()).add(name, options, rules),
  remove: async (name) => (await service()).remove(name),
  pause: async (names) => (await service()).pause([names].flat()),
  resume: async (names) => (await service()).resume([names].flat()),
  run: async <R>(name: string) => {
    const id = await (await service()).run(name)
    return (await (await ambientApp()).client()).result<R>(id)
  },
  list: async (request) => (await service()).list(request),
  preview: async (name, request) => (await service()).preview(name, request),
  backfill: async (name, request) => (await service()).backfill(name, request),
})

const service = async (): Promise<Schedules> => (await ambientApp()).schedules()
