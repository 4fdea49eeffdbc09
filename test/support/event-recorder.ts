import type { WorkerEvent } from '../../src/events/worker-event.js'

/** Keeps a worker's or a beat's events, and waits for those that are still to come. */
export class EventRecorder<E extends { readonly name: string } = WorkerEvent> {
  readonly all: E[] = []
  readonly #watchers = new Set<() => void>()

  readonly sink = (event: E): void => {
    this.all.push(event)
    for (const watcher of this.#watchers) watcher()
  }

  of<N extends E['name']>(name: N): Extract<E, { name: N }>[] {
    return this.all.filter((event): event is Extract<E, { name: N }> => event.name === name)
  }

  /** The first event of this name that matches, seen already or yet to come. */
  async waitFor<N extends E['name']>(
    name: N,
    matches: (event: Extract<E, { name: N }>) => boolean = () => true,
    deadlineMs = 10_000,
  ): Promise<Extract<E, { name: N }>> {
    await this.until(() => this.of(name).some(matches), deadlineMs, name)
    return this.of(name).find(matches) as Extract<E, { name: N }>
  }

  /** Waits until so many events of this name have come. */
  count(name: E['name'], count: number, deadlineMs = 10_000): Promise<void> {
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
