import type { ProcessFacts } from '../engine/worker-facts.js'
import { LoopLag } from './loop-lag.js'

/** What this process costs, from one look to the next. */
export class ProcessVitals {
  readonly #lag = new LoopLag()
  #cpu = process.cpuUsage()
  #readAt = performance.now()

  /** How late timers came since the last look. */
  get loopLagMs(): number {
    return this.#lag.p99
  }

  /** Reads all, and begins anew. */
  read(): ProcessFacts {
    const now = performance.now()
    const cpu = process.cpuUsage()
    const usedMs = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1000
    const facts = {
      rssBytes: process.memoryUsage.rss(),
      cpu: round(usedMs / Math.max(1, now - this.#readAt)),
      loopLagMs: round(this.loopLagMs),
      node: process.version,
    }
    this.#cpu = cpu
    this.#readAt = now
    this.#lag.reset()
    return facts
  }

  stop(): void {
    this.#lag.stop()
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
