import type { Page } from './pages.js'
import type { WorkerView } from './worker-view.js'

/** Whether all is well, and what is told. */
interface HealthReport {
  readonly ok: boolean
  readonly status: 'ok' | 'not ready' | 'stopped'
  /** What is wrong, for people. */
  readonly reason?: string
}

const OK: HealthReport = { ok: true, status: 'ok' }

const REASONS = {
  starting: 'the worker starts',
  stopping: 'the worker shuts down',
  stopped: 'the worker has stopped',
} as const

/** The pages that tell a worker's health, under the paths of Kubernetes' words and under older ones. */
export function healthPages(view: () => WorkerView): [string, Page][] {
  const live: Page = async () => toReply(judgeLive(view()))
  const ready: Page = async () => toReply(judgeReady(view()))
  return [
    ['/live', live],
    ['/ready', ready],
    ['/health/live', live],
    ['/health/ready', ready],
  ]
}

/** A process that answers lives, as long as its worker does: also while the broker is away, for a restart helps nothing. */
function judgeLive({ state }: WorkerView): HealthReport {
  return state === 'stopped' ? { ok: false, status: 'stopped', reason: REASONS.stopped } : OK
}

/** A worker is ready that takes jobs: it has started, is not told to stop, and its queues answer it. */
function judgeReady({ state, trouble }: WorkerView): HealthReport {
  const reason = state === 'working' ? trouble : REASONS[state]
  return reason === undefined ? OK : { ok: false, status: 'not ready', reason }
}

const toReply = ({ ok, ...told }: HealthReport) => ({
  status: ok ? 200 : 503,
  type: 'application/json',
  body: `${JSON.stringify(told)}\n`,
})
