import { safeText } from '../../codec/safe-text.js'
import type { QueueStatus, ScheduleStatus, Status } from '../../control/status.js'
import type { WorkerFacts } from '../../engine/worker-registry.js'
import { formatDuration } from '../../time/duration.js'
import { tellBeat } from './schedule-beat.js'
import { presentTable } from './table.js'

/** The broker, the workers, the queues. */
export function presentStatus(status: Status & { readonly label: string }, now: number): string {
  const { server, version, pingMs } = status.broker
  const broker = `broker  ${safeText(status.label)} · ${server} ${safeText(version)} · ${pingMs.toFixed(1)} ms`
  const beat = presentBeat(status.schedules, now)
  return [broker, ...beat, '', presentWorkers(status.workers, now), '', presentQueues(status.queues)].join('\n')
}

/** What `--json` prints. */
export function statusJson({ label, broker, workers, queues, schedules }: Status & { readonly label: string }) {
  return {
    broker: { label, ...broker },
    beat: schedules.beat ?? null,
    schedules: schedules.entries,
    workers: workers.map((worker) => ({ ...worker, startedAt: new Date(worker.startedAt).toISOString() })),
    queues,
  }
}

/** Without schedule entries nobody misses a beat. */
function presentBeat({ beat, entries }: ScheduleStatus, now: number): string[] {
  if (beat !== undefined) return [`beat    ${tellBeat(beat, now)}`]
  if (entries === 0) return []
  const stored = entries === 1 ? 'the schedule entry' : `the ${entries} schedule entries`
  return [`! No beat runs, so that nothing of ${stored} is enqueued: start taskq beat.`]
}

function presentWorkers(workers: readonly WorkerFacts[], now: number): string {
  if (workers.length === 0) return 'No worker runs: start one with taskq worker, or taskq dev.'
  const rows = workers.map((worker) => [
    worker.name,
    worker.pid,
    worker.queues.join(','),
    worker.concurrency,
    worker.active,
    `${worker.succeeded}/${worker.failed}`,
    formatDuration(Math.max(0, now - worker.startedAt)),
  ])
  return presentTable(['worker', 'pid', 'queues', 'concurrency', 'active', 'ok/failed', 'up'], rows)
}

function presentQueues(queues: readonly QueueStatus[]): string {
  if (queues.length === 0) return 'No queue has had a job yet.'
  const rows = queues.map((queue) => [
    queue.queue,
    queue.queued,
    queue.scheduled,
    queue.active,
    queue.succeeded,
    queue.failed,
    markOf(queue),
  ])
  return presentTable(['queue', 'queued', 'scheduled', 'active', 'done', 'failed', ''], rows)
}

function markOf({ queued, scheduled, served, paused }: QueueStatus): string {
  const marks = paused ? ['paused'] : []
  if (!served && queued + scheduled > 0) marks.push('! no worker serves it')
  return marks.join(', ')
}
