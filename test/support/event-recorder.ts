import type { WorkerEvent, WorkerEventSink } from '../../src/events/worker-event.js'

export type EventName = WorkerEvent['name']
export type EventOf<N extends EventName> = Extract<WorkerEvent, { name: N }>

/** Keeps a worker's events, and waits for those that are still to come. */
export class EventRecorder {
  readonly all: WorkerEvent[] = []
  readonly #watchers = new Set<() => void>()

  readonly sink: WorkerEventSink = (event) => {
    this.all.push(event)
    for (const watcher of this.#watchers) watcher()
  }

  of<N extends EventName>(name: N): EventOf<N>[] {
    return this.all.filter((event): event is EventOf<N> => event.name === name)
  }

  /** The first event of this name that matches, seen already or yet to come. */
  async waitFor<N extends EventName>(
    name: N,
    matches: (event: EventOf<N>) => boolean = () => true,
    deadlineMs = 10_000,
  ): Promise<EventOf<N>> {
    await this.until(() => this.of(name).some(matches), deadlineMs, name)
    return this.of(name).find(matches) as EventOf<N>
  }

  /** Waits until so many events of this name have come. */
  count(name: EventName, count: number, deadlineMs = 10_000): Promise<void> {
    return this.until(() => this.of(name).length >= count, deadlineMs, `${count} × ${name}`)
  }

  async until(holds: () => boolean, deadlineMs: number, what: string): Promise<void> {
    if (holds()) return
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: Error) => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        if (error === undefined) resolve()
        else reject(error)
      }
      const look = () => {
        if (holds()) finish()
      }
      const timer = setTimeout(() => finish(this.#missing(what, deadlineMs)), deadlineMs)
      this.#watchers.add(look)
    })
  }

  #missing(what: string, deadlineMs: number): Error {
    const seen = this.all.slice(-20).map((event) => JSON.stringify(event))
    return new Error(`no ${what} within ${deadlineMs} ms; the last events were:\n${seen.join('\n')}`)
  }
}
