import type { ActiveJob, Pull } from '../engine/consumer.js'
import type { RunOutcome } from './run-outcome.js'

/** What recording needs of its worker. */
export interface RecordingSite {
  readonly saveLargeResult: (jobId: string, json: string, ttlMs: number) => Promise<void>
  readonly onTrouble: (error: Error) => void
  /** True when the process is about to end and waits no longer. */
  readonly isHurried: () => boolean
}

/** What the broker said: the lane's next job, or why this one was no longer ours. */
export interface Recorded {
  readonly next: Pull
  readonly lost?: string
}

/**
 * Tells the broker how a run ended, until it has understood: finished work is not thrown away because the
 * broker is full, or loading. The job's lock is renewed meanwhile; where the broker is away for longer than
 * the lock lives, another worker may get the job first.
 *
 * @param mayFetchNext asked last of all: whether the lane's next job may come along
 */
export async function recordOutcome(
  job: ActiveJob,
  outcome: RunOutcome,
  mayFetchNext: () => boolean,
  site: RecordingSite,
): Promise<Recorded> {
  for (let failures = 1; ; failures++) {
    try {
      return { next: await tell(job, outcome, mayFetchNext, site) }
    } catch (error) {
      const { message } = error as Error
      if (isLost(message)) return { next: {}, lost: message }
      site.onTrouble(error as Error)
      if (site.isHurried()) return { next: {} }
      await new Promise((resolve) => setTimeout(resolve, waitMs(failures)))
    }
  }
}

async function tell(
  job: ActiveJob,
  outcome: RunOutcome,
  mayFetchNext: () => boolean,
  { saveLargeResult }: RecordingSite,
): Promise<Pull> {
  const { lane } = job
  switch (outcome.kind) {
    case 'succeeded': {
      const { result, keep, resultTtlMs } = outcome
      if (result.large !== undefined) await saveLargeResult(job.id, result.large, resultTtlMs)
      return lane.succeed(job, result.stored, { keep, fetchNext: mayFetchNext() })
    }
    case 'retry':
      return lane.retry(job, outcome.failure, outcome.delayMs, { fetchNext: mayFetchNext() })
    case 'dead':
      return lane.bury(job, outcome.failure, { fetchNext: mayFetchNext() })
    case 'given-back':
      await lane.giveBack(job)
      return {}
    case 'postponed':
      await lane.postpone(job, outcome.delayMs)
      return {}
  }
}

/** The engine's words for a job that another worker has, or that is gone. */
const isLost = (message: string): boolean => /Missing (lock|key)|Lock mismatch|is not in the active/i.test(message)

/** From 1 s to 30 s, with jitter. */
const waitMs = (failures: number): number => Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
