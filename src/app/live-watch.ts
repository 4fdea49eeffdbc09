import type { Engine } from '../engine/engine.js'
import type { LiveBatch } from '../events/live-event.js'

/** What an engine's watch is closed by. */
type EngineWatch = Awaited<ReturnType<Engine['watchLive']>>

/** How often the engine is asked for: it is another one once an embedded broker has come back elsewhere. */
const ASK_MS = 1000

/** Hears of what happens; also after an embedded broker has come back elsewhere, with an engine of its own. */
export class LiveWatch {
  #engine: Engine | undefined
  #watch: Promise<EngineWatch | undefined> = Promise.resolve(undefined)
  #clock: NodeJS.Timeout | undefined
  #closed = false

  constructor(
    private readonly engineNow: () => Promise<Engine>,
    private readonly onBatch: (batch: LiveBatch) => void,
  ) {}

  /** Begins to listen, and keeps the process alive until it is closed. Throws what {@link Engine.watchLive} throws. */
  async open(): Promise<void> {
    await this.#follow()
    // Where it cannot be had, the next one will do.
    if (!this.#closed) this.#clock = setInterval(() => void this.#follow().catch(() => {}), ASK_MS)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#clock)
    await closeQuietly(this.#watch)
  }

  /** Listens to the engine that there is now, and to no other. */
  async #follow(): Promise<void> {
    const engine = await this.engineNow()
    if (this.#closed || this.#engine === engine) return
    this.#engine = engine
    const before = this.#watch
    const opening = engine.watchLive(this.onBatch)
    this.#watch = opening.catch(() => undefined)
    await closeQuietly(before)
    await opening.catch((error) => {
      // Forgotten, so that the next call tries again.
      if (this.#engine === engine) this.#engine = undefined
      throw error
    })
  }
}

/** The engine of a broker that is gone may not be able to say goodbye. */
async function closeQuietly(watch: Promise<EngineWatch | undefined>): Promise<void> {
  await (await watch)?.close().catch(() => {})
}
