import type { WorkerEvent } from './worker-event.js'

/** A call of a task became a job, or found the one that stands for it. Told in the process that called. */
export interface EnqueueEvent {
  readonly name: 'job.enqueued'
  readonly id: string
  readonly task: string
  readonly queue: string
  /** True where no job was added: the one of this id was there. */
  readonly deduplicated: boolean
}

/** All that a process tells its listeners. */
type AppEvent = Exclude<WorkerEvent, { readonly name: 'listener.failed' }> | EnqueueEvent
type EventName = AppEvent['name']

/** Functions that are called when something happens, by the event's name. */
export type Listeners = {
  /** What it returns is not waited for. */
  readonly [Name in EventName]?: (event: Extract<AppEvent, { readonly name: Name }>) => unknown
}

/** Every event that can be listened to. */
export const EVENT_NAMES = Object.keys({
  'job.enqueued': true,
  'job.started': true,
  'job.succeeded': true,
  'job.retried': true,
  'job.dead-lettered': true,
  'job.revoked': true,
  'job.expired': true,
  'job.snoozed': true,
  'job.ignored': true,
  'job.replaced': true,
  'job.given-back': true,
  'job.postponed': true,
  'job.parked': true,
  'job.result-lost': true,
  'limit.passed': true,
  'limit.reached': true,
  'worker.ready': true,
  'worker.stopped': true,
  'worker.steered': true,
  'worker.blocked': true,
  'worker.stuck': true,
  'jobs.recovered': true,
  'broker.data-lost': true,
  'broker.trouble': true,
} satisfies Record<EventName, true>)

const QUIET_MS = 10_000

/**
 * Passes events on to those who listen. One that throws, or whose promise is rejected, is reported, at most once in ten
 * seconds for each event, and stops nothing.
 */
export function tellListeners(
  listeners: Listeners,
  report: (failed: { readonly event: string; readonly message: string }) => void,
): (event: AppEvent | WorkerEvent) => void {
  const quietUntil = new Map<string, number>()
  const failed = (event: string, error: unknown) => {
    const now = Date.now()
    if (now < (quietUntil.get(event) ?? 0)) return
    quietUntil.set(event, now + QUIET_MS)
    report({ event, message: error instanceof Error ? error.message : String(error) })
  }
  return (event: AppEvent | WorkerEvent) => {
    if (event.name === 'listener.failed') return
    try {
      const answer = (listeners[event.name] as ((event: AppEvent) => unknown) | undefined)?.(event)
      if (answer instanceof Promise) answer.catch((error) => failed(event.name, error))
    } catch (error) {
      failed(event.name, error)
    }
  }
}
