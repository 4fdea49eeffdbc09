/** What a worker does again and again while it works. What takes longer than its interval is not begun twice. */
export class Clocks {
  readonly #timers: NodeJS.Timeout[] = []

  constructor(
    private readonly isOff: () => boolean,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Until the worker is told to stop. */
  every(ms: number, work: () => Promise<void>): void {
    let busy = false
    this.always(ms, async () => {
      if (busy || this.isOff()) return
      busy = true
      await work().catch((error) => this.onError(error as Error))
      busy = false
    })
  }

  /** Also while it stops. */
  always(ms: number, work: () => Promise<void>): void {
    this.#timers.push(setInterval(() => void work(), ms))
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }
}
