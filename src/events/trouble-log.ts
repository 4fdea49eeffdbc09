const QUIET_MS = 10_000

/** Told when the broker said no, or was away. */
export type TroubleSink = (event: { readonly name: 'broker.trouble'; readonly message: string }) => void

/** Reports broker trouble without flooding: the same message at most once in ten seconds. */
export class TroubleLog {
  readonly #saidAt = new Map<string, number>()

  constructor(private readonly onEvent: TroubleSink) {}

  report(error: Error): void {
    const message = error.message || (error as { code?: string }).code || error.name
    const now = Date.now()
    if (now - (this.#saidAt.get(message) ?? 0) < QUIET_MS) return
    if (this.#saidAt.size > 100) this.#saidAt.clear()
    this.#saidAt.set(message, now)
    this.onEvent({ name: 'broker.trouble', message })
  }
}
