import type { Engine } from '../engine/engine.js'
import type { LiveBatch } from '../events/live-event.js'

/** What an engine's watch is closed by. */
type EngineWatch = Awaited<ReturnType<Engine['watchLive']>>

/** Hears of what happens; also after an embedded broker has come back elsewhere, with an engine of its own. */
export class LiveWatch {
  #engine: Engine | undefined
  #watch: Promise<EngineWatch | undefined> = Promise.resolve(undefined)
  #closed = false

  constructor(private readonly onBatch: (batch: LiveBatch) => void) {}

  /** Listens to this engine, and to no other. */
  async follow(engine: Engine): Promise<void> {
    if (this.#closed || this.#engine === engine) return
    this.#engine = engine
    const before = this.#watch
    const opening = engine.watchLive(this.onBatch)
    this.#watch = opening.catch(() => undefined)
    await closeQuietly(before)
    await opening.catch((error) => {
      // Forgotten, so that the next call tries again.
      this.#engine = undefined
      throw error
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await closeQuietly(this.#watch)
  }
}

/** The engine of a broker that is gone may not be able to say goodbye. */
async function closeQuietly(watch: Promise<EngineWatch | undefined>): Promise<void> {
  await (await watch)?.close().catch(() => {})
}
