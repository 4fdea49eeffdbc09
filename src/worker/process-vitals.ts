import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ProcessFacts } from '../engine/worker-facts.js'

/** How often the event loop is asked whether it is late: twenty times a second costs nothing that can be measured. */
const RESOLUTION_MS = 50

/** What this process costs, from one look to the next. */
export class ProcessVitals {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #cpu = process.cpuUsage()
  #readAt = performance.now()

  constructor() {
    this.#delay.enable()
  }

  /** How late timers came since the last look. */
  get loopLagMs(): number {
    // What is measured is the time from one question to the next.
    return this.#delay.count === 0 ? 0 : Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS)
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
    this.#delay.reset()
    return facts
  }

  stop(): void {
    this.#delay.disable()
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
