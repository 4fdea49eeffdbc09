import type { JobFailure } from '../errors/job-failure.js'
import { headText } from '../events/head-text.js'
import type { LiveBatch, LiveEvent, LiveFailure } from '../events/live-event.js'
import type { JobReference, WorkerEvent, WorkerEventSink } from '../events/worker-event.js'

/** How often what happened is told, and how much of it at once: as much as somebody can read. */
const PUBLISH_MS = 250
const MOST_EVENTS = 250

/** Tells those who watch what happens. While nobody does, an event costs one test. */
export class LiveEvents {
  #events: LiveEvent[] = []
  #dropped = 0
  #watched = false
  #closed = false
  #watchedUntil = 0
  #clock: NodeJS.Timeout | undefined

  constructor(
    /** The worker's name. */
    private readonly worker: string,
    private readonly publish: (batch: LiveBatch) => void,
  ) {}

  /** Whether somebody watches. */
  get isWatched(): boolean {
    return this.#watched
  }

  /** Somebody watches for so long, or longer. */
  watch(forMs: number): void {
    if (this.#closed) return
    this.#watchedUntil = Math.max(this.#watchedUntil, performance.now() + forMs)
    this.#watched = true
    this.#clock ??= setInterval(() => this.#tell(), PUBLISH_MS)
  }

  /** Notes an event for those who watch. */
  readonly onEvent: WorkerEventSink = (event) => {
    if (!this.#watched) return
    if (event.name === 'jobs.recovered') this.#addRecovered(event)
    else if (!('id' in event)) return
    else if (this.#isFull) this.#dropped++
    else this.#add(headOf(event))
  }

  /** Tells at once, whether anybody watches or not: it happens once in a worker's life. */
  announce(name: 'worker.online' | 'worker.offline'): void {
    this.publish({ events: [...this.#events, { at: Date.now(), worker: this.worker, name }], dropped: this.#dropped })
    this.#forget()
  }

  /** Nobody is told of anything any more. */
  close(): void {
    this.#closed = true
    this.#rest()
  }

  #rest(): void {
    this.#watched = false
    clearInterval(this.#clock)
    this.#clock = undefined
  }

  #addRecovered({ queue, ids }: Extract<WorkerEvent, { name: 'jobs.recovered' }>): void {
    for (const id of ids) {
      if (this.#isFull) this.#dropped++
      else this.#add({ name: 'jobs.recovered', queue: headText(queue), id: headText(id) })
    }
  }

  get #isFull(): boolean {
    return this.#events.length >= MOST_EVENTS
  }

  #add(head: Omit<LiveEvent, 'at' | 'worker'>): void {
    this.#events.push({ at: Date.now(), worker: this.worker, ...head })
  }

  #tell(): void {
    if (this.#events.length > 0) this.publish({ events: this.#events, dropped: this.#dropped })
    this.#forget()
    if (performance.now() > this.#watchedUntil) this.#rest()
  }

  #forget(): void {
    this.#events = []
    this.#dropped = 0
  }
}

type JobEvent = Extract<WorkerEvent, JobReference>

function headOf(event: JobEvent): Omit<LiveEvent, 'at' | 'worker'> {
  const { name, id, task, queue, attempt } = event
  return {
    name,
    id: headText(id),
    task: headText(task),
    queue: headText(queue),
    attempt,
    ...('runMs' in event && event.runMs !== undefined && { runMs: event.runMs }),
    ...('delayMs' in event && { delayMs: event.delayMs }),
    ...('reason' in event && { reason: headText(event.reason) }),
    ...('failure' in event && { failure: headOfFailure(event.failure) }),
  }
}

const headOfFailure = ({ name, message, code }: JobFailure): LiveFailure => ({
  name: headText(name),
  message: headText(message),
  ...(code !== undefined && { code: headText(code) }),
})
