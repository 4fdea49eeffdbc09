import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'

/** What a writer was told of one job. */
export interface Ack {
  readonly id: string
  /** When the answer came, in milliseconds since 1970. */
  readonly at: number
}

/** How writers work. */
export interface WriterOptions {
  readonly count: number
  /** Between two jobs of one writer, in milliseconds. */
  readonly pauseMs: number
  /** Of each task, in milliseconds. Default 0. */
  readonly taskMs?: number
  readonly onAck?: (ack: Ack) => void
}

/** Callers that enqueue one job after the other until they are stopped. */
export class Writers {
  readonly acks: Ack[] = []
  /** Why enqueues failed: each code, and how often. */
  readonly rejections = new Map<string, number>()
  /** The longest that one enqueue took, whatever came of it, in milliseconds. */
  slowestMs = 0
  readonly #client: Client
  readonly #options: WriterOptions
  readonly #writing: Promise<void>[]
  #isOver = false

  constructor(client: Client, options: WriterOptions) {
    this.#client = client
    this.#options = options
    this.#writing = Array.from({ length: options.count }, () => this.#write())
  }

  get rejected(): number {
    return [...this.rejections.values()].reduce((sum, count) => sum + count, 0)
  }

  /** The longest time without any answer, in milliseconds. */
  get worstGapMs(): number {
    const times = this.acks.map(({ at }) => at).sort((a, b) => a - b)
    return times.reduce((worst, at, index) => Math.max(worst, at - (times[index - 1] ?? at)), 0)
  }

  /** Resolves when what is under way is answered. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#writing)
  }

  async #write(): Promise<void> {
    const { pauseMs, taskMs = 0, onAck } = this.#options
    // Not all at the same moment.
    await setTimeout(Math.random() * pauseMs)
    while (!this.#isOver) {
      const startedAt = performance.now()
      try {
        const { id } = await this.#client.enqueue('work', [taskMs])
        const ack = { id, at: Date.now() }
        this.acks.push(ack)
        onAck?.(ack)
      } catch (error) {
        const code = String((error as { code?: unknown }).code ?? error)
        this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1)
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt)
      await setTimeout(pauseMs)
    }
  }
}
