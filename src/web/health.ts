import type { WorkerView } from './worker-view.js'

/** Whether all is well, and what is told. */
export interface HealthReport {
  readonly ok: boolean
  readonly status: 'ok' | 'not ready' | 'stopped'
  /** What is wrong, for people. */
  readonly reason?: string
}

const OK: HealthReport = { ok: true, status: 'ok' }

/** A process that answers lives, as long as its worker does: also while the broker is away, for a restart helps nothing. */
export function judgeLive({ state }: WorkerView): HealthReport {
  return state === 'stopped' ? { ok: false, status: 'stopped', reason: REASONS.stopped } : OK
}

/** A worker is ready that takes jobs: it has started, is not told to stop, and the broker answers. */
export function judgeReady({ state }: WorkerView, brokerAnswers: boolean): HealthReport {
  const reason = state === 'working' ? (brokerAnswers ? undefined : 'the broker does not answer') : REASONS[state]
  return reason === undefined ? OK : { ok: false, status: 'not ready', reason }
}

const REASONS = {
  starting: 'the worker starts',
  stopping: 'the worker shuts down',
  stopped: 'the worker has stopped',
} as const
