/** taskq: Celery for TypeScript. */

// Tasks
export { BaseTask, type TaskArgs, type TaskClass, type TaskProgress, type TaskResult } from './task/base-task.js'
export { defineTask, type FunctionTask } from './task/define-task.js'
export { Task } from './task/task.js'
export type { TaskOptions } from './task/options.js'
export type { StandardSchema } from './task/schema.js'
export type { JobRequest, LogLine, RunContext, TaskLogger } from './task/run-context.js'
export type { BackoffFunction, BackoffOptions } from './retry/backoff.js'
export type { ErrorRule } from './retry/error-rule.js'
export { Ignore, Reject, Retry, RetryAfter, type RetrySignalOptions, Snooze } from './retry/signals.js'
export type { FunctionHooks, NextRun, RunEnd } from './task/hooks.js'

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
export type { ScheduleOwner } from './engine/schedules/schedule-record.js'
export { schedules, type SchedulesApi } from './app/schedules.js'
export type { AddedSchedule, AddRules } from './control/schedules-add.js'
export type { Backfill, BackfilledSlot, BackfillRequest } from './control/schedules-backfill.js'
export type { LeadingBeat } from './control/schedules-leader.js'
export type { LastRun, ListRequest, ScheduleDrift, ScheduleList, ScheduleReport } from './control/schedules-list.js'
export type { PauseOutcome } from './control/schedules-pause.js'
export type { PreviewedSlot, PreviewRequest, SchedulePreview } from './control/schedules-preview.js'

// What goes on, and what can be done about it
export { control, type ControlApi } from './app/control.js'
export type { DeadLettersApi, JobControlApi } from './app/control-jobs.js'
export type { ControlTarget, InspectTarget } from './app/control-target.js'
export type { DeadChoice, DeadListRequest, PurgeChoice } from './app/job-choices.js'
export type { JobPage, JobRow } from './control/dashboard.js'
export type { DeadFilter } from './control/dead/dead-filter.js'
export type { DeadReport } from './control/dead/dead-letters.js'
export type { PurgeReport, PurgeRequest } from './control/purge.js'
export type { RevokedReport, RevokeFilter, RevokeReport, RevokesReport } from './control/revoke-jobs.js'
export type { EndState } from './engine/jobs/job-summary.js'
export type { RevokeProgress } from './engine/revokes/revoke-walk.js'
export type { InspectApi } from './app/inspect.js'
export type { ActionReport, Overview, Percentiles, QueueRow, Rates, TaskRow } from './control/dashboard.js'
export type { QueriedJob, ScheduledJobReport, ScheduledReport, ScheduledRequest } from './control/inspect-jobs.js'
export type { WorkflowReport } from './control/workflows/workflow-report.js'
export type {
  ActiveJobReport,
  ActiveReport,
  RegisteredReport,
  RegisteredTask,
  ReservedReport,
  StatsReport,
} from './control/inspect-workers.js'
export type { SilentWorker, SteerReport, WorkerAnswer } from './control/steer.js'
export type { LaneLimit } from './engine/lanes/queue-overview.js'
export type { WorkerReply } from './engine/control/worker-command.js'
export type { ProcessFacts, RunningJob, WorkerFacts } from './engine/workers/worker-facts.js'
export type { LiveBatch, LiveEvent, LiveFailure, LiveName } from './events/live-event.js'

// Calling them
export type { EnqueueOptions } from './task/enqueue-options.js'
export type { EnqueueManyOptions, ManyCalls, ManyEnqueued } from './task/enqueue-many.js'
export { close, configure, getResult, getWorkflow, sendMany, sendTask } from './app/ambient.js'

// Workflows
export type { AnyCanvas, Canvas, Chain, Chord, Group, SkewOptions } from './canvas/canvas.js'
export type { CanvasData, TaskData } from './canvas/canvas-data.js'
export { chain } from './canvas/chain.js'
export { chord } from './canvas/chord.js'
export { type GroupOptions, group } from './canvas/group.js'
export { chunks, type ItemArgs, map, starmap } from './canvas/map.js'
export { type LinkedSignature, type Signature, signature } from './canvas/signature.js'
export { signatureOf } from './canvas/signature-of.js'
export type { WorkflowOptions } from './task/workflow-options.js'
export type {
  MemberResult,
  Settled,
  WorkflowProgress,
  WorkflowResult,
  WorkflowTree,
} from './task/workflow-result.js'

// Around calls and runs
export { currentContext, currentJob, withContext } from './context/with-context.js'
export type { ContextValues } from './context/scope.js'
export type { EnqueueCall, Middleware } from './task/middleware.js'
export type { EnqueueEvent, Listeners } from './events/listeners.js'
export type { JobReference, WorkerEvent } from './events/worker-event.js'
export type { Telemetry } from './context/telemetry.js'

// Results
export type {
  AsyncResult,
  JobLogLine,
  ProgressOptions,
  Revocation,
  RevokeOptions,
} from './task/async-result.js'
export type { JobState } from './task/job-state.js'

// Errors
export { ERROR_CODES, type ErrorCode } from './errors/codes.js'
export { JobFailedError, type JobFailure } from './errors/job-failure.js'
export { isTaskqError, TaskqError } from './errors/taskq-error.js'
export {
  type RootCause,
  type WorkflowCause,
  WorkflowFailedError,
  type WorkflowFailure,
} from './errors/workflow-failed-error.js'

// Values
export type { Duration } from './time/duration.js'
export type { Rate } from './time/rate.js'
