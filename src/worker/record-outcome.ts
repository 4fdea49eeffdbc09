import type { ActiveJob, Pull } from '../engine/consumer.js'
import type { RunOutcome } from './run-outcome.js'

/** What recording needs of its worker. */
export interface RecordingSite {
  readonly saveLargeResult: (jobId: string, json: string, ttlMs: number) => Promise<void>
  /** Asked last of all: whether the lane's next job may come along. */
  readonly mayFetchNext: () => boolean
  /** Called when the job was no longer ours when it ended. */
  readonly onLost: (reason: string) => void
  readonly onTrouble: (error: Error) => void
  /** True when the process is about to end and waits no longer. */
  readonly isHurried: () => boolean
}

/**
 * Tells the broker how a run ended, until it has understood: finished work is not thrown away because the
 * broker is full, loading, or away for a while. The job's lock is renewed meanwhile.
 */
export async function recordOutcome(job: ActiveJob, outcome: RunOutcome, site: RecordingSite): Promise<Pull> {
  for (let failures = 1; ; failures++) {
    try {
      return await tell(job, outcome, site)
    } catch (error) {
      if (isLost(error)) {
        site.onLost((error as Error).message)
        return {}
      }
      site.onTrouble(error as Error)
      if (site.isHurried()) return {}
      await new Promise((resolve) => setTimeout(resolve, waitMs(failures)))
    }
  }
}

async function tell(job: ActiveJob, outcome: RunOutcome, site: RecordingSite): Promise<Pull> {
  const { lane } = job
  switch (outcome.kind) {
    case 'succeeded': {
      const { result, keep, resultTtlMs } = outcome
      if (result.large !== undefined) await site.saveLargeResult(job.id, result.large, resultTtlMs)
      return lane.succeed(job, result.stored, { keep, fetchNext: site.mayFetchNext() })
    }
    case 'retry':
      return lane.retry(job, outcome.failure, outcome.delayMs, { fetchNext: site.mayFetchNext() })
    case 'dead':
      return lane.bury(job, outcome.failure, { fetchNext: site.mayFetchNext() })
    case 'given-back':
      await lane.giveBack(job)
      return {}
    case 'postponed':
      await lane.postpone(job, outcome.delayMs)
      return {}
  }
}

/** The engine's words for a job that another worker has, or that is gone. */
const isLost = (error: unknown): boolean =>
  /Missing (lock|key)|Lock mismatch|is not in the active/i.test((error as Error).message)

/** From 1 s to 30 s, with jitter. */
const waitMs = (failures: number): number => Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
