import { safeText } from '../../codec/safe-text.js'
import type { Dashboard, Overview, QueueRow } from '../../control/dashboard.js'
import type { WorkflowRow } from '../../control/workflows/workflow-view.js'
import { formatDuration } from '../../time/duration.js'
import { formatRate } from '../../time/rate.js'
import { presentBlocked } from './blocked.js'
import { pauseMark, QUEUE_HEADS, queueCells } from './queue-cells.js'
import { presentTable } from './table.js'
import { presentUnserved } from './unserved.js'
import { tellInstant, workerJson } from './worker-json.js'
import { workflowJson } from './workflows.js'

/** So many workflows are told of. */
const NEWEST = 10

/** A look at what goes on, with the newest workflows. */
export async function readOverview(dashboard: Pick<Dashboard, 'overview' | 'workflows'>): Promise<OverviewLook> {
  const [overview, { rows }] = await Promise.all([dashboard.overview(), dashboard.workflows(NEWEST)])
  return { overview, workflows: rows }
}

/** What `taskq dashboard` prints where it does not fill the screen. */
export interface OverviewLook {
  readonly overview: Overview
  readonly workflows: readonly WorkflowRow[]
}

/** What `--json` prints: instants as text, and null for what is not known. */
export function overviewJson({ overview, workflows }: OverviewLook) {
  const { at, rates, queues, tasks, workers, beat, ...rest } = overview
  return {
    at: tellInstant(at),
    ...rest,
    rates: { ...rates, in: rates.in ?? null },
    queues: queues.map(queueJson),
    tasks: tasks.map((task) => ({
      ...task,
      queue: task.queue ?? null,
      failurePercent: task.failurePercent ?? null,
      runMs: task.runMs ?? null,
      waitMs: task.waitMs ?? null,
    })),
    workers: workers.map(workerJson),
    workflows: workflows.map(workflowJson),
    beat: beat ?? null,
  }
}

/** A queue, as every `--json` prints it. */
export const queueJson = ({ oldestQueuedAt, limits, ...queue }: QueueRow) => ({
  ...queue,
  oldestQueuedAt: tellInstant(oldestQueuedAt),
  limits: limits.map(({ window, ...limit }) => ({ ...limit, ...(window && { rate: formatRate(window) }) })),
})

/** What each queue holds and how it stands. */
export function presentQueues(queues: readonly QueueRow[], nowMs: number): string {
  if (queues.length === 0) return 'No queue has had a job yet.'
  const rows = queues.map((queue) => [
    ...queueCells(queue, nowMs, '-'),
    perSecond(queue.outPerSecond),
    pauseMark(queue),
  ])
  const head = [...QUEUE_HEADS, 'out', '']
  return [
    presentTable(head, rows),
    ...queues.flatMap(presentLimits),
    ...presentBlocked(queues),
    ...presentUnserved(queues),
  ].join('\n')
}

/** Below the table, which is as wide as a terminal may be. */
function presentLimits({ queue, limits }: QueueRow): string[] {
  const waits = limits.filter(({ limitedForMs }) => limitedForMs > 0)
  return waits.map(({ task, window, limitedForMs }) =>
    safeText(
      `${queue}: ${task} is at its limit of ${window && formatRate(window)} for ${formatDuration(limitedForMs)}`,
      200,
    ),
  )
}

const perSecond = (count: number): string => `${round(count)}/s`
const round = (count: number): string => String(count < 10 ? Math.round(count * 10) / 10 : Math.round(count))
