import type { ActionReport, DashboardAction, JobDetail, JobPage, Overview } from '../control/dashboard.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import type { WorkflowDetail, WorkflowPage } from '../control/workflows/workflow-view.js'
import type { JobFilter } from '../engine/jobs/job-summary.js'
import type { LiveBatch } from '../events/live-event.js'
import type { DashboardState, Size } from './state.js'

/** What can happen to the dashboard. */
export type DashboardEvent =
  /** By its name: `j`, `G`, `enter`, `esc`, `shift-tab`, `ctrl-d`. */
  | { readonly kind: 'key'; readonly key: string }
  /** Keys that were typed faster than they were read. */
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'resize'; readonly size: Size }
  /** A second has gone by. */
  | { readonly kind: 'second'; readonly nowMs: number }
  /** It is time to look again. */
  | { readonly kind: 'poll' }
  | { readonly kind: 'overview'; readonly overview: Overview }
  /** `asked` is the question's number. */
  | { readonly kind: 'jobs'; readonly asked: number; readonly page: JobPage }
  | { readonly kind: 'job'; readonly id: string; readonly detail: JobDetail | undefined }
  | { readonly kind: 'schedules'; readonly schedules: readonly ScheduleReport[] }
  | { readonly kind: 'workflows'; readonly page: WorkflowPage }
  | { readonly kind: 'workflow'; readonly id: string; readonly detail: WorkflowDetail | undefined }
  /** Events are heard from now on. */
  | { readonly kind: 'watching' }
  | { readonly kind: 'live'; readonly batch: LiveBatch }
  | { readonly kind: 'acted'; readonly label: string; readonly report: ActionReport }
  | { readonly kind: 'act-failed'; readonly label: string; readonly problem: string }
  /** The broker did not answer. */
  | { readonly kind: 'lost'; readonly problem: string; readonly nowMs: number; readonly retryAtMs: number }
  /** Something else could not be read or done. */
  | { readonly kind: 'trouble'; readonly problem: string }
  /** Something was done that leaves no other trace. */
  | { readonly kind: 'told'; readonly text: string }

/** What is to be done, outside. Its outcome comes back as a {@link DashboardEvent}. */
export type Effect =
  | { readonly kind: 'load-overview' }
  /** After `delayMs`, if no other question for jobs has come by then. */
  | { readonly kind: 'load-jobs'; readonly filter: JobFilter; readonly asked: number; readonly delayMs: number }
  | { readonly kind: 'load-job'; readonly id: string }
  | { readonly kind: 'load-schedules' }
  | { readonly kind: 'load-workflows' }
  | { readonly kind: 'load-workflow'; readonly id: string }
  | { readonly kind: 'act'; readonly action: DashboardAction; readonly label: string }
  | { readonly kind: 'copy'; readonly text: string }
  /** Shows all of a job in the pager. */
  | { readonly kind: 'open-job'; readonly id: string }
  | { readonly kind: 'open-value'; readonly value: unknown }
  | { readonly kind: 'quit' }

/** The state after an event, and what is to be done. */
export interface Step {
  readonly state: DashboardState
  readonly effects: readonly Effect[]
}

/** A step of this state, with these effects. */
export const step = (state: DashboardState, ...effects: readonly Effect[]): Step => ({ state, effects })
