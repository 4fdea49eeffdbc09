import { treeLines } from '../../src/canvas/draw-tree.ts'
import type { JobDetail, JobRow, Overview, QueueRow, TaskRow } from '../../src/control/dashboard.ts'
import type { ScheduleReport } from '../../src/control/schedules-list.ts'
import type { WorkflowDetail, WorkflowPage, WorkflowRow } from '../../src/control/workflows/workflow-view.ts'
import type { WorkerFacts } from '../../src/engine/workers/worker-facts.ts'
import type { WorkflowTree } from '../../src/task/workflow-result.ts'
import { type DashboardState, type EventRow, initialState } from '../../src/tui/state.ts'

/** When all of it is: 2026-11-20 14:03:09 UTC. */
export const NOW = Date.UTC(2026, 10, 20, 14, 3, 9)

/** A queue where nothing waits. */
export function makeQueue(queue: string, facts: Partial<QueueRow> = {}): QueueRow {
  const none = { queued: 0, blocked: 0, scheduled: 0, retrying: 0, active: 0, succeeded: 0, dead: 0 }
  const still = { oldestQueuedAt: undefined, paused: false, limits: [], served: true, outPerSecond: 0 }
  return { queue, ...none, ...still, ended: new Array<number>(24).fill(0), ...facts }
}

/** A task that has not run yet. */
export function makeTask(task: string, facts: Partial<TaskRow> = {}): TaskRow {
  const none = { succeeded: 0, failed: 0, retried: 0, perMinute: 0, failurePercent: undefined }
  return { task, queue: 'default', workers: 1, ...none, runMs: undefined, waitMs: undefined, ...facts }
}

/** A worker that is idle. */
export function makeWorker(name: string, facts: Partial<WorkerFacts> = {}): WorkerFacts {
  return {
    id: `${name}:4711`,
    name,
    host: name.split('@')[1] ?? 'web-1',
    pid: 4711,
    version: '0.1.0',
    queues: ['default'],
    tasks: ['SendWelcomeEmail'],
    concurrency: 10,
    startedAt: NOW - 7_500_000,
    active: 0,
    succeeded: 0,
    failed: 0,
    beatAt: NOW - 1200,
    heardAt: NOW - 1200,
    ...facts,
  }
}

/** A job that waits. */
export function makeJob(id: string, facts: Partial<JobRow> = {}): JobRow {
  const job = { task: 'SendWelcomeEmail', queue: 'emails', state: 'queued' as const, attempts: 0 }
  return { id, ...job, enqueuedAt: NOW - 42_000, args: '["u_42"]', ...facts }
}

/** A job that failed three times, with all that is known of it. */
export function makeJobDetail(facts: Partial<JobDetail> = {}): JobDetail {
  const failure = {
    name: 'TypeError',
    message: 'fetch failed',
    stack: 'TypeError: fetch failed\n    at SendWelcomeEmail.run (/app/src/tasks/emails.ts:9:11)',
  }
  const error = 'TypeError: fetch failed'
  return {
    ...makeJob('mi7k2x0aB3dE5fG7hJ9k', { state: 'dead', attempts: 3, startedAt: NOW - 5000, finishedAt: NOW - 3000 }),
    error,
    lane: 'emails~SendWelcomeEmail',
    argsJson: '["u_42",{"password":"[masked]","locale":"de"}]',
    failure,
    tries: [1, 2, 3].map((attempt) => ({
      attempt,
      startedAt: NOW - 40_000 + attempt * 10_000,
      endedAt: NOW - 39_000 + attempt * 10_000,
      worker: 'worker@web-1',
      error,
    })),
    worker: 'worker@web-1',
    logs: ['14:02:39 sending to u_42', '14:03:04 no answer'],
    timeline: [
      { at: NOW - 42_000, what: 'enqueued' },
      { at: NOW - 5000, what: 'started' },
      { at: NOW - 3000, what: 'dead' },
    ],
    ...facts,
  }
}

/** A shop's app in the middle of its day. */
export function makeOverview(facts: Partial<Overview> = {}): Overview {
  return {
    at: NOW,
    broker: { server: 'redis', version: '7.2.4', pingMs: 0.4, label: 'redis://localhost:6379' },
    rates: { in: 12.4, out: 11.8, failed: 0.1, retried: 0.4 },
    queues: QUEUES,
    tasks: TASKS,
    workers: WORKERS,
    beat: { host: 'web-1', pid: 812, version: '0.1.0', since: new Date(NOW - 86_400_000) },
    ...facts,
  }
}

const wave = Array.from({ length: 24 }, (_, index) => Math.round(20 + 20 * Math.sin(index / 3)))
const rate = (task: string, limitedForMs: number, overridden = false) => ({
  ...{ task, window: { max: 1, durationMs: 600 }, overridden, limitedForMs, queued: 12 },
})

const QUEUES: readonly QueueRow[] = [
  makeQueue('default', { queued: 3, active: 4, succeeded: 12_345, outPerSecond: 9.4, ended: wave }),
  makeQueue('emails', {
    ...{ queued: 1234, scheduled: 56, active: 10, retrying: 7, dead: 12, succeeded: 3_456_789 },
    ...{ oldestQueuedAt: NOW - 185_000, outPerSecond: 2.4, ended: wave.toReversed() },
    limits: [rate('SendWelcomeEmail', 3000, true)],
  }),
  makeQueue('reports', { queued: 40_000, paused: true, oldestQueuedAt: NOW - 7_300_000 }),
  makeQueue('payments-of-the-eu', { limits: [rate('Charge', 0)], outPerSecond: 0.02, served: true }),
  makeQueue('video', { queued: 2, oldestQueuedAt: NOW - 90_000, served: false }),
]

const TASKS: readonly TaskRow[] = [
  makeTask('SendWelcomeEmail', {
    ...{ queue: 'emails', workers: 2, succeeded: 2160, failed: 30, retried: 75, perMinute: 146, failurePercent: 1.37 },
    ...{ runMs: { p50: 120, p95: 850, p99: 2400 }, waitMs: { p50: 12_000, p95: 184_000, p99: 200_000 } },
  }),
  makeTask('reports.Daily', {
    ...{ queue: 'reports', succeeded: 7, failed: 3, perMinute: 0.67, failurePercent: 30 },
    ...{ runMs: { p50: 65_000, p95: 190_000, p99: 240_000 }, waitMs: { p50: 3, p95: 8, p99: 16 } },
  }),
  makeTask('ResizeVideo', { queue: undefined, workers: 0 }),
]

const running = (id: string, task: string, ageMs: number) => ({
  ...{ id, task, queue: 'emails', attempt: 1, startedAt: NOW - ageMs },
})

const WORKERS: readonly WorkerFacts[] = [
  makeWorker('mailer@web-1', {
    ...{ queues: ['emails', 'default'], active: 10, succeeded: 34_567, failed: 42, concurrency: 10 },
    slots: [
      running('mi7k2x0aB3dE5fG7hJ9k', 'SendWelcomeEmail', 65_000),
      running('mi7k2x0bQ4rS6tU8vW0x', 'ResizeAvatar', 1500),
    ],
    autoscale: { min: 2, max: 20 },
    process: { rssBytes: 146_800_640, cpu: 0.37, loopLagMs: 12, node: '24.21.0' },
  }),
  makeWorker('mailer@web-2', {
    ...{ pid: 9, beatAt: NOW - 12_400, heardAt: NOW - 12_400 },
    process: { rssBytes: 1_610_612_736, cpu: 1.4, loopLagMs: 480, node: '24.21.0' },
  }),
  makeWorker('old@web-3', {
    beatAt: undefined as never,
    heardAt: undefined as never,
    version: '0.0.9',
    stopping: true,
  }),
]

/** Jobs in each of the states that a list shows. */
export const JOBS: readonly JobRow[] = [
  makeJob('mi7k2x0aB3dE5fG7hJ9k', { state: 'active', startedAt: NOW - 65_000, attempts: 1, progress: 0.42 }),
  makeJob('mi7k2x0bQ4rS6tU8vW0x', { args: '["u_43",{"locale":"de","plan":"pro"}]' }),
  makeJob('mi7k2x0cA1bC3dE5fG7h', {
    state: 'scheduled',
    dueAt: NOW + 252_000,
    queue: 'reports',
    task: 'reports.Daily',
  }),
  makeJob('mi7k2x0dH2jK4lM6nP8q', {
    state: 'retrying',
    attempts: 2,
    dueAt: NOW + 4200,
    error: 'TypeError: fetch failed',
  }),
  makeJob('mi7k2x0eR3sT5uV7wX9y', { state: 'succeeded', attempts: 1, startedAt: NOW - 9000, finishedAt: NOW - 7760 }),
  makeJob('mi7k2x0fZ4aB6cD8eF0g', {
    ...{ state: 'dead', attempts: 4, startedAt: NOW - 900_000, finishedAt: NOW - 899_000 },
    error: 'TimeoutError: the server at mail.example.com did not answer within 30 s',
  }),
  makeJob('mi7k2x0gH5jK7lM9nP1q', { state: 'revoked', finishedAt: NOW - 60_000 }),
]

/** Entries that are due, paused, held and broken. */
export const SCHEDULES: readonly ScheduleReport[] = [
  {
    ...{ name: 'nightly-report', owner: 'code', task: 'reports.Daily', when: 'at 03:00 every day, Europe/Berlin' },
    ...{ paused: false, runs: 412, skipped: 3, next: new Date(NOW + 43_000) },
    last: { slot: new Date(NOW - 39_789_000), jobId: 'nightly-report:1', state: 'succeeded' },
  },
  {
    ...{ name: 'poll', owner: 'runtime', task: 'Poll', when: 'every 10 s', paused: false, runs: 98_765, skipped: 0 },
    ...{ next: new Date(NOW + 4000), held: new Date(NOW - 6000) },
    last: { slot: new Date(NOW - 16_000), jobId: 'poll:2', state: 'active' },
  },
  { name: 'cleanup', owner: 'code', task: 'Cleanup', when: 'every 1 h', paused: true, runs: 1, skipped: 0 },
  {
    ...{ name: 'sunset', owner: 'code', task: 'Lights', when: 'at sunset over 52.52° N, 13.41° E' },
    ...{ paused: false, runs: 0, skipped: 0, next: new Date(NOW + 7_200_000), drift: 'changed in code' },
  },
  { name: 'broken', paused: false, runs: 0, skipped: 0, problem: 'its zone is unknown here' },
]

/** A workflow that runs. */
export function makeWorkflow(id: string, facts: Partial<WorkflowRow> = {}): WorkflowRow {
  const still = { state: 'running' as const, done: 0, failed: 0, total: 3, createdAt: NOW - 42_000 }
  return { id, name: 'chain of ProcessPayment, SendReceipt, UpdateInventory', ...still, ...facts }
}

/** Workflows in each of their states. */
export const WORKFLOWS: WorkflowPage = {
  rows: [
    makeWorkflow('w_mi7k2x0aB3dE5fG7hJ9k', { done: 1 }),
    makeWorkflow('w_mi7k2x0bQ4rS6tU8vW0x', {
      ...{ name: 'album 4711', done: 9000, failed: 3, total: 10_001, createdAt: NOW - 310_000 },
    }),
    makeWorkflow('w_u_order-42', {
      ...{ state: 'failed', done: 1, failed: 1, createdAt: NOW - 900_000, finishedAt: NOW - 897_700 },
      cause: { id: 'w_u_order-42~1', task: 'SendReceipt', error: 'TypeError: fetch failed' },
    }),
    makeWorkflow('w_mi7k2x0dH2jK4lM6nP8q', {
      ...{ state: 'succeeded', name: 'nightly', done: 30, total: 30, createdAt: NOW - 86_400_000 },
      finishedAt: NOW - 86_000_000,
    }),
    makeWorkflow('w_mi7k2x0eR3sT5uV7wX9y', {
      ...{ state: 'revoked', name: 'import', total: 12, done: 4, createdAt: NOW - 172_800_000 },
      ...{ finishedAt: NOW - 172_700_000, reason: 'wrong customer' },
    }),
  ],
  total: 5,
}

const ALBUM = 'w_mi7k2x0bQ4rS6tU8vW0x'

/** An album whose images are made smaller and then put together; one of them failed. */
export const TREE: WorkflowTree = {
  ...{ kind: 'chord', state: 'active', id: ALBUM },
  parts: [
    {
      ...{ kind: 'group', state: 'active', more: 9996, progress: { done: 9000, failed: 3, total: 10_000 } },
      parts: [
        { kind: 'task', state: 'succeeded', task: 'images.Resize', id: `${ALBUM}~0` },
        { kind: 'task', state: 'dead', task: 'images.Resize', id: `${ALBUM}~1`, error: 'Error: no such image' },
        {
          ...{ kind: 'chain', state: 'active' },
          parts: [
            { kind: 'task', state: 'succeeded', task: 'images.Fetch', id: `${ALBUM}~2` },
            { kind: 'task', state: 'active', task: 'images.Resize', id: `${ALBUM}~3` },
          ],
        },
        { kind: 'task', state: 'retrying', task: 'images.Resize', id: `${ALBUM}~4`, error: 'Error: busy' },
      ],
    },
    { kind: 'task', state: 'blocked', task: 'images.Album', id: `${ALBUM}~10001` },
    { kind: 'task', state: 'blocked', task: 'mail.Tell', id: `${ALBUM}~10002`, role: 'link' },
    { kind: 'task', state: 'blocked', task: 'mail.Complain', id: `${ALBUM}~10003`, role: 'error-link' },
  ],
}

/** All of a workflow that runs. */
export function makeWorkflowDetail(facts: Partial<WorkflowDetail> = {}): WorkflowDetail {
  return {
    ...(WORKFLOWS.rows[1] ?? makeWorkflow(ALBUM)),
    lines: treeLines(TREE),
    parent: 'mi7k2x0aB3dE5fG7hJ9k',
    ...facts,
  }
}

const event = (key: string, agoMs: number, facts: Omit<EventRow, 'key' | 'at' | 'worker'>): EventRow => ({
  ...{ key, at: NOW - agoMs, worker: 'mailer@web-1' },
  ...(facts.name.startsWith('job.') && { id: `mi7k2x0aB3dE5fG7hJ9${key}`, task: 'SendWelcomeEmail', queue: 'emails' }),
  ...facts,
})

/** What workers tell. */
export const EVENTS: readonly EventRow[] = [
  event('1', 9000, { name: 'worker.online' }),
  event('2', 8000, { name: 'job.started', attempt: 1 }),
  event('3', 7000, { name: 'job.succeeded', attempt: 1, runMs: 132 }),
  event('4', 6000, {
    ...{ name: 'job.retried', attempt: 2, runMs: 30_120, delayMs: 4000 },
    failure: { name: 'TypeError', message: 'fetch failed' },
  }),
  event('5', 5000, { name: 'job.dead-lettered', runMs: 12, failure: { name: 'Error', message: 'no such user' } }),
  event('6', 4000, { name: 'job.revoked', reason: 'revoked by hand' }),
  event('7', 3000, { name: 'job.started', attempt: 3 }),
]

/** The screen over {@link makeOverview}, connected, with everything read. */
export function makeState(facts: Partial<DashboardState> = {}): DashboardState {
  const look = { theme: 'default', themes: ['default', 'mono'], ascii: false, color: true }
  const first = initialState({ readOnly: false, look, size: { columns: 80, rows: 24 }, nowMs: NOW })
  return {
    ...first,
    overview: makeOverview(),
    link: { kind: 'live' },
    schedules: SCHEDULES,
    workflows: WORKFLOWS,
    jobs: { ...first.jobs, page: { rows: JOBS, searched: 1000, total: 42_000 } },
    events: { rows: EVENTS, held: [], dropped: 12, follows: true, isHeard: true, seen: 7 },
    ...facts,
  }
}

/** A list with its cursor on a row. */
export function withCursor(state: DashboardState, name: keyof DashboardState['lists'], cursor: string): DashboardState {
  return { ...state, lists: { ...state.lists, [name]: { ...state.lists[name], cursor } } }
}
