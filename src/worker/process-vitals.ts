import type { ProcessFacts } from '../engine/workers/worker-facts.js'
import { LoopLag } from './loop-lag.js'

/** Within less than this a single timer, or a single job, would look like a load. */
const SHORTEST_LOOK_MS = 1000

/** What only a stretch of time can tell. */
type Load = Pick<ProcessFacts, 'cpu' | 'loopLagMs'>

/** What this process costs, from one look to the next. */
export class ProcessVitals {
  readonly #lag: LoopLag
  // The first look tells of the whole life of the process: since this object was made is a few milliseconds only.
  #cpu = { user: 0, system: 0 }
  #readAt = 0
  #latest: Load | undefined

  /** @param onLag told ten times a second how late timers come, in milliseconds */
  constructor(onLag?: (lateMs: number) => void) {
    this.#lag = new LoopLag(onLag)
  }

  /** How late timers came in the last two seconds, whoever read it meanwhile. */
  get loopLagMs(): number {
    return this.#lag.recent
  }

  /** Reads all. A look that comes right after another tells the load that the other told. */
  read(): ProcessFacts {
    const now = performance.now()
    if (this.#latest === undefined || now - this.#readAt >= SHORTEST_LOOK_MS) this.#latest = this.#beginAnew(now)
    return { rssBytes: process.memoryUsage.rss(), ...this.#latest, node: process.version }
  }

  stop(): void {
    this.#lag.stop()
  }

  #beginAnew(now: number): Load {
    const cpu = process.cpuUsage()
    const usedMs = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1000
    const load = { cpu: round(usedMs / Math.max(1, now - this.#readAt)), loopLagMs: round(this.#lag.read()) }
    this.#cpu = cpu
    this.#readAt = now
    return load
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
