import type { ActiveJob } from '../engine/consumer.js'
import type { JobReference, WorkerEvent } from '../events/worker-event.js'
import type { RunOutcome } from './run-outcome.js'

/** How a job is named in what is told of it. */
export const referenceOf = (job: ActiveJob): JobReference => ({
  id: job.id,
  task: job.task,
  queue: job.lane.name.queue,
  attempt: job.attemptsMade + 1,
})

/** The start of a run. A job that a worker before this one had to give back is said to have waited once: when it was first taken. */
export function startEvent(job: ActiveJob, reference: JobReference): WorkerEvent {
  const { startedAt, enqueuedAt, delayMs } = job
  // Of a job that cannot be read, nobody knows when it was enqueued.
  if (job.taken > 1 || enqueuedAt === 0) return { name: 'job.started', ...reference }
  return { name: 'job.started', waitMs: Math.max(0, startedAt - enqueuedAt - delayMs), ...reference }
}

/** What is told of a run's end. */
export function outcomeEvent(reference: JobReference, outcome: RunOutcome, runMs: number): WorkerEvent {
  switch (outcome.kind) {
    case 'succeeded':
      return { name: 'job.succeeded', runMs, ...reference }
    case 'retry':
      return { name: 'job.retried', runMs, ...factsOf(outcome), ...reference }
    case 'dead':
      return deadLettered(outcome, reference, runMs)
    case 'revoked': {
      const ran = outcome.withoutRun !== true && { runMs }
      return { name: 'job.revoked', reason: outcome.reason, ...ran, ...reference }
    }
    case 'expired':
      return { name: 'job.expired', expiredAt: outcome.expiredAt, ...reference }
    case 'snoozed':
      return { name: 'job.snoozed', runMs, ...factsOf(outcome), ...reference }
    case 'ignored':
      return { name: 'job.ignored', runMs, ...reference }
    case 'given-back':
      return { name: 'job.given-back', ...reference }
    case 'parked':
      return { name: 'job.parked', ...reference }
    case 'replaced':
      return { name: 'job.replaced', runMs, ...factsOf(outcome), ...reference }
    case 'postponed':
      return { name: 'job.postponed', ...factsOf(outcome), ...reference }
  }
}

function deadLettered(
  { withoutRun, ...outcome }: Extract<RunOutcome, { kind: 'dead' }>,
  reference: JobReference,
  runMs: number,
): WorkerEvent {
  return { name: 'job.dead-lettered', ...(withoutRun !== true && { runMs }), ...factsOf(outcome), ...reference }
}

/** What an outcome says beside its kind. */
function factsOf<Outcome extends RunOutcome>({ kind: _, ...facts }: Outcome): Omit<Outcome, 'kind'> {
  return facts
}
