import type { QueueOverview } from '../engine/lanes/queue-overview.js'
import type { Pulse } from '../engine/stats/stats-reader.js'
import { PULSES } from '../engine/stats/stats-stretch.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import type { QueueRow, Rates } from './dashboard.js'
import { sumOf } from './inflow.js'
import { listQueues } from './list-queues.js'

/** As many stretches of five seconds are shown of each queue. */
export const SHOWN_PULSES = 24
/** What happens now is what happened in the last ten seconds. */
const NOW_PULSES = 2

/** The stretches that are over, oldest first: the running one would look like less than there is. */
export const completePulses = (pulses: readonly Pulse[], at: number): readonly Pulse[] =>
  pulses.filter((pulse) => pulse.at + PULSES.ms <= at).slice(-SHOWN_PULSES)

/** Jobs per second, over all queues, from stretches that are over. */
export function readRates(complete: readonly Pulse[]): Omit<Rates, 'in'> {
  const now = complete.slice(-NOW_PULSES)
  const counts = now.flatMap(({ queues }) => [...queues.values()])
  const perSecond = (key: 'ended' | 'failed' | 'retried') => toRate(sumOf(counts, key), now.length)
  return { out: perSecond('ended'), failed: perSecond('failed'), retried: perSecond('retried') }
}

/** The rows of all queues by name: those that ever had a job, and those that a worker serves. */
export const readQueueRows = (
  queues: readonly QueueOverview[],
  workers: readonly WorkerFacts[],
  complete: readonly Pulse[],
): QueueRow[] => listQueues(queues, workers).map((queue) => ({ ...queue, ...readCurve(queue.queue, complete) }))

function readCurve(queue: string, complete: readonly Pulse[]): Pick<QueueRow, 'ended' | 'outPerSecond'> {
  const ended = complete.map(({ queues }) => queues.get(queue)?.ended ?? 0)
  const now = ended.slice(-NOW_PULSES)
  const outPerSecond = toRate(
    now.reduce((sum, count) => sum + count, 0),
    now.length,
  )
  return { ended, outPerSecond }
}

const toRate = (count: number, stretches: number): number =>
  stretches === 0 ? 0 : (count / (stretches * PULSES.ms)) * 1000
