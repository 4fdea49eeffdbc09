/** taskq: Celery for TypeScript. */

// Tasks
export { BaseTask, type TaskArgs, type TaskClass, type TaskResult } from './task/base-task.js'
export { defineTask, type FunctionTask } from './task/define-task.js'
export { Task } from './task/task.js'
export type { TaskOptions } from './task/options.js'
export type { StandardSchema } from './task/schema.js'
export type { JobRequest, LogLine, RunContext, TaskLogger } from './task/run-context.js'
export type { BackoffOptions } from './retry/backoff.js'

// Schedules
export { Cron, type DeclaredRules, Every } from './schedule/decorators.js'
export type { DayRule, SolarEvent } from './schedule/schedule.js'
export type { OverlapRule } from './schedule/schedule-entry.js'
export type {
  Instant,
  MisfireOptions,
  ScheduleOptions,
  ScheduleRules,
  SolarOptions,
} from './schedule/schedule-options.js'
export type { ScheduleOwner } from './engine/schedule-record.js'
export { schedules, type SchedulesApi } from './app/schedules.js'
export type { AddedSchedule, AddRules } from './control/schedules-add.js'
export type { Backfill, BackfilledSlot, BackfillRequest } from './control/schedules-backfill.js'
export type { LeadingBeat } from './control/schedules-leader.js'
export type { LastRun, ListRequest, ScheduleDrift, ScheduleList, ScheduleReport } from './control/schedules-list.js'
export type { PauseOutcome } from './control/schedules-pause.js'
export type { PreviewedSlot, PreviewRequest, SchedulePreview } from './control/schedules-preview.js'

// Calling them
export type { EnqueueOptions } from './task/enqueue-options.js'
export type { Signature } from './canvas/signature.js'
export { close, configure, getResult, sendTask } from './app/ambient.js'

// Results
export type { AsyncResult } from './task/async-result.js'
export type { JobState } from './task/job-state.js'

// Errors
export { ERROR_CODES, type ErrorCode } from './errors/codes.js'
export { JobFailedError, type JobFailure } from './errors/job-failure.js'
export { isTaskqError, TaskqError } from './errors/taskq-error.js'

// Values
export type { Duration } from './time/duration.js'
export type { Rate } from './time/rate.js'
