import { isCut } from '../engine/connection/broker-link.js'
import { BrokerSilentError } from '../engine/connection/watched-connection.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import type { ScheduleOptions } from '../schedule/schedule-options.js'
import type { SchedulesAccess, SchedulesOptions } from './schedules-access.js'
import { type AddedSchedule, type AddRules, addSchedule } from './schedules-add.js'
import { type Backfill, type BackfillRequest, backfillSchedule } from './schedules-backfill.js'
import { type ListRequest, listSchedules, type ScheduleList } from './schedules-list.js'
import { type PauseOutcome, setPaused } from './schedules-pause.js'
import { type PreviewRequest, previewSchedule, type SchedulePreview } from './schedules-preview.js'
import { removeSchedule } from './schedules-remove.js'
import { runSchedule } from './schedules-run.js'

/**
 * Shows and changes schedule entries while beats run, or while none does: everything is in the broker. Each call has a
 * connection of its own. All that a call changes holds when it has returned.
 */
export class Schedules {
  constructor(private readonly options: SchedulesOptions) {}

  /** Every entry, stored or only in the code; and whether a beat leads. */
  list(request: ListRequest = {}): Promise<ScheduleList> {
    return this.#use((access) => listSchedules(access, request))
  }

  /** @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`, `TASKQ_SCHEDULE_INVALID` */
  preview(name: string, request: PreviewRequest = {}): Promise<SchedulePreview> {
    return this.#use((access) => previewSchedule(access, name, request))
  }

  /** Enqueues a job of the entry now. Returns its id. @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`; as `applyAsync` */
  run(name: string): Promise<string> {
    return this.#use((access) => runSchedule(access, name))
  }

  /** Pauses entries: all of them, or none where one is not there. @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN` */
  pause(names: readonly string[]): Promise<readonly PauseOutcome[]> {
    return this.#use((access) => setPaused(access, names, true))
  }

  /** The opposite of {@link pause}; slots that passed meanwhile do not run. */
  resume(names: readonly string[]): Promise<readonly PauseOutcome[]> {
    return this.#use((access) => setPaused(access, names, false))
  }

  /** @throws TaskqError `TASKQ_SCHEDULE_INVALID`, `TASKQ_SCHEDULE_EXISTS`; as `applyAsync` for the arguments */
  add(name: string, options: ScheduleOptions, rules: AddRules = {}): Promise<AddedSchedule> {
    return this.#use((access) => addSchedule(access, name, options, rules))
  }

  /** @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`, `TASKQ_SCHEDULE_CODE_OWNED` */
  remove(name: string): Promise<void> {
    return this.#use((access) => removeSchedule(access, name))
  }

  /** @throws TaskqError `TASKQ_SCHEDULE_UNKNOWN`, `TASKQ_SCHEDULE_INVALID`; as `applyAsync` */
  backfill(name: string, request: BackfillRequest): Promise<Backfill> {
    return this.#use((access) => backfillSchedule(access, name, request))
  }

  async #use<T>(work: (access: SchedulesAccess) => Promise<T>): Promise<T> {
    const store = this.options.engine.openSchedules()
    try {
      await store.syncClock()
      return await work({ ...this.options, store, nowMs: Math.floor(store.clock.now()) })
    } catch (error) {
      throw isLost(error) ? cutOff(error) : error
    } finally {
      await store.close()
    }
  }
}

/** Whether the store's connection closed, or fell silent, under a call. */
const isLost = (error: unknown): error is Error =>
  error instanceof BrokerSilentError || (error instanceof Error && !isTaskqError(error) && isCut(error))

const cutOff = (cause: Error): TaskqError =>
  new TaskqError('TASKQ_BROKER_UNREACHABLE', 'the broker went away meanwhile', {
    hint: 'What was asked for may have been done: look with taskq schedule list.',
    cause,
  })
