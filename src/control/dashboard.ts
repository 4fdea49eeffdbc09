import type { BrokerInfo } from '../engine/connection/broker-info.js'
import type { WorkerCommand } from '../engine/control/worker-command.js'
import type { AuditEntry } from '../engine/dead/audit.js'
import type { JobFilter } from '../engine/jobs/job-summary.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import type { JobFailure } from '../errors/job-failure.js'
import type { LiveBatch } from '../events/live-event.js'
import type { JobState } from '../task/job-state.js'
import type { QueueStatus } from './list-queues.js'
import type { LeadingBeat } from './schedules-leader.js'
import type { ScheduleReport } from './schedules-list.js'
import type { WorkflowDetail, WorkflowPage, WorkflowVerb } from './workflows/workflow-view.js'

/**
 * All that a screen needs of an app: the terminal's dashboard, `--snapshot`, `--json` and later the browser's. Reading
 * costs the same however long the queues are.
 */
export interface Dashboard {
  /** What goes on now. Throws `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`. */
  overview(): Promise<Overview>
  /** Schedule entries with their next slots. Asked for only where they are shown. */
  schedules(): Promise<readonly ScheduleReport[]>
  /** The first jobs that match. */
  jobs(filter: JobFilter, limit: number): Promise<JobPage>
  /** All of one job; undefined where there is none. */
  job(id: string): Promise<JobDetail | undefined>
  /** The workflows that were made last. Asked for only where they are shown. */
  workflows(limit: number): Promise<WorkflowPage>
  /** All of one workflow; undefined where there is none. */
  workflow(id: string): Promise<WorkflowDetail | undefined>
  /** Calls back with what happens from now on, until it is closed. Survives an outage of the broker. */
  watch(onBatch: (batch: LiveBatch) => void): Promise<{ close(): Promise<void> }>
  /** Does what a key stands for. Where it can be done for some only, it is, and the report says for which it was not. */
  act(action: DashboardAction): Promise<ActionReport>
  close(): Promise<void>
}

/** One look at an app. */
export interface Overview {
  /** Milliseconds since 1970, by the broker's clock. */
  readonly at: number
  readonly broker: Pick<BrokerInfo, 'server' | 'version' | 'pingMs'> & { readonly label: string }
  readonly rates: Rates
  readonly queues: readonly QueueRow[]
  readonly tasks: readonly TaskRow[]
  /** The workers that are not gone, by name; `heardAt` tells which of them are silent. */
  readonly workers: readonly WorkerFacts[]
  readonly beat: LeadingBeat | undefined
}

/** Jobs per second. */
export interface Rates {
  /**
   * Came to the queues: enqueued, or dead letters that were made to run again. Undefined within five seconds of the
   * first look: it is told by what changed between two.
   */
  readonly in: number | undefined
  /** Ended, in whatever way. */
  readonly out: number
  /** Failed for good. */
  readonly failed: number
  readonly retried: number
}

/** A queue on the screen. */
export interface QueueRow extends QueueStatus {
  /** Jobs that ended, per second, now. */
  readonly outPerSecond: number
  /** Jobs that ended in each of the last stretches of 5 s, oldest first; 24 of them. */
  readonly ended: readonly number[]
}

/** A task on the screen: how its runs went in the last {@link TASK_WINDOW_MINUTES}. */
export interface TaskRow {
  readonly task: string
  /** Undefined where no worker ever told. */
  readonly queue: string | undefined
  /** How many live workers know it. */
  readonly workers: number
  readonly succeeded: number
  readonly failed: number
  readonly retried: number
  /** Jobs that end per minute now: of the last one to two minutes. */
  readonly perMinute: number
  /** Share of ended jobs that failed for good, 0 to 100; undefined where none ended. */
  readonly failurePercent: number | undefined
  readonly runMs: Percentiles | undefined
  readonly waitMs: Percentiles | undefined
}

/** In milliseconds, from a histogram: see stats/histogram.ts. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** The time that a task's figures are of. */
export const TASK_WINDOW_MINUTES = 15

/** A job in a list. */
export interface JobRow {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly state: JobState
  /** Runs that ended. */
  readonly attempts: number
  readonly enqueuedAt: number
  /** When it may run, for one that waits for its time. */
  readonly dueAt?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  /** The arguments as JSON with secrets masked, at most 200 characters. */
  readonly args: string
  /** The last error's name and message, at most 300 characters. */
  readonly error?: string
  /** 0 to 1, or anything the task reported. */
  readonly progress?: unknown
}

/** The jobs that were found. */
export interface JobPage {
  readonly rows: readonly JobRow[]
  /** How many were looked at, and how many there are. Where they differ, there may be more matches. */
  readonly searched: number
  readonly total: number
}

/** All of one job. */
export interface JobDetail extends JobRow {
  readonly lane: string
  /** The workflow that it is a part of. */
  readonly workflow?: string
  /** The whole arguments as JSON, secrets masked. */
  readonly argsJson: string
  /** As JSON, secrets masked; where it succeeded and the result is kept. */
  readonly resultJson?: string
  readonly failure?: JobFailure
  /** Runs that failed, oldest first; the last twenty. */
  readonly tries: readonly JobTry[]
  /** What operators did with it, oldest first; left out where that is nothing. */
  readonly audit?: readonly AuditEntry[]
  /** The worker that ran it last. */
  readonly worker?: string
  /** The slot of the schedule entry that it was made for. */
  readonly schedule?: { readonly name: string; readonly slotMs: number }
  /** What makes other calls the same as its own. */
  readonly sameAs?: string
  /** Why it waits, where a worker could not run it, or its task wanted it later. */
  readonly putAside?: string
  /** The workflow that it ends like, and waits for. */
  readonly waitsFor?: string
  /** The last hundred lines, oldest first, each safe for a terminal. */
  readonly logs: readonly string[]
  /** What happened when, oldest first. */
  readonly timeline: readonly { readonly at: number; readonly what: string }[]
}

/** A run that failed. */
export interface JobTry {
  readonly attempt: number
  readonly startedAt: number
  readonly endedAt: number
  readonly worker: string | undefined
  readonly error: string
}

/** What can be done from a screen. */
export type DashboardAction =
  | { readonly kind: 'jobs'; readonly verb: JobVerb; readonly ids: readonly string[] }
  | { readonly kind: 'workflows'; readonly verb: WorkflowVerb; readonly ids: readonly string[] }
  /** Every dead letter that matches, on the screen or not, but for those that were revoked. */
  | { readonly kind: 'retry-matching'; readonly filter: JobFilter }
  | { readonly kind: 'queue'; readonly verb: 'pause' | 'resume'; readonly queue: string }
  /** `null` puts the code's own limit back. */
  | { readonly kind: 'rate-limit'; readonly task: string; readonly rate: string | null }
  | { readonly kind: 'workers'; readonly command: WorkerCommand; readonly ids: readonly string[] }
  | { readonly kind: 'schedule'; readonly verb: 'run' | 'pause' | 'resume'; readonly name: string }

/**
 * - `retry`: a dead letter runs again, with fresh attempts; also one that was revoked
 * - `revoke`: a job that is not done ends
 * - `promote`: one that waits for its time runs now
 * - `delete`: every trace goes; one that runs is refused
 */
export type JobVerb = 'retry' | 'revoke' | 'promote' | 'delete'

/** What came of an action. */
export interface ActionReport {
  /** How many it was done for. */
  readonly done: number
  /** For whom it was not, and why. */
  readonly refused: readonly { readonly what: string; readonly why: string }[]
  /** One line for people: `3 jobs run again`. */
  readonly text: string
}
