import { safeText } from '../../codec/safe-text.js'
import type { QueueStatus } from '../../control/list-queues.js'
import type { ScheduleStatus, Status } from '../../control/status.js'
import type { UnknownTask } from '../../control/unknown-tasks.js'
import { presentBlocked } from './blocked.js'
import { presentWorkers } from './live-workers.js'
import { pauseMark, QUEUE_HEADS, queueCells } from './queue-cells.js'
import { tellBeat } from './schedule-beat.js'
import { presentTable } from './table.js'
import { presentUnserved } from './unserved.js'
import { tellInstant, workerJson } from './worker-json.js'
import { presentWorkflowsStatus, workflowJson } from './workflows.js'

/** The broker, the workers, the queues. */
export function presentStatus(status: Status & { readonly label: string }, now: number): string {
  const { server, version, pingMs } = status.broker
  const broker = `broker  ${safeText(status.label)} · ${server} ${safeText(version)} · ${pingMs.toFixed(1)} ms`
  const beat = presentBeat(status.schedules, now)
  return [
    broker,
    ...beat,
    '',
    presentWorkers(status.workers, status.at),
    '',
    presentQueues(status.queues, status.at),
    ...presentWorkflowsStatus(status.workflows, status.at),
    ...status.unknownTasks.map(presentUnknown),
  ].join('\n')
}

/** What `--json` prints. */
export function statusJson({
  label,
  broker,
  workers,
  queues,
  schedules,
  workflows,
  unknownTasks,
}: Status & { readonly label: string }) {
  return {
    broker: { label, ...broker },
    beat: schedules.beat ?? null,
    schedules: schedules.entries,
    workers: workers.map(workerJson),
    queues: queues.map(queueJson),
    workflows: { ...workflows.counts, newest: workflows.newest.map(workflowJson) },
    unknownTasks,
  }
}

function presentUnknown({ task, queue, jobs }: UnknownTask): string {
  const waiting = jobs === 1 ? '1 job waits' : `${jobs} jobs wait`
  return `! ${waiting} in ${safeText(queue, 120)} for a worker that knows the task ${safeText(task, 120)}.`
}

function queueJson({ limits: _limits, oldestQueuedAt, ...counts }: QueueStatus) {
  return { ...counts, oldestQueuedAt: tellInstant(oldestQueuedAt) }
}

/** Without schedule entries nobody misses a beat. */
function presentBeat({ beat, entries }: ScheduleStatus, now: number): string[] {
  if (beat !== undefined) return [`beat    ${tellBeat(beat, now)}`]
  if (entries === 0) return []
  const stored = entries === 1 ? 'the schedule entry' : `the ${entries} schedule entries`
  return [`! No beat runs, so that nothing of ${stored} is enqueued: start taskq beat.`]
}

function presentQueues(queues: readonly QueueStatus[], at: number): string {
  if (queues.length === 0) return 'No queue has had a job yet.'
  const rows = queues.map((queue) => [...queueCells(queue, at, ''), pauseMark(queue)])
  const head = [...QUEUE_HEADS, '']
  return [presentTable(head, rows), ...presentBlocked(queues), ...presentUnserved(queues)].join('\n')
}
