import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Asks Redis over and over, as another client that shares it, and keeps the longest answer. */
export class Pinger {
  readonly #redis: Redis
  #worstMs = 0
  #isOver = false
  #asking: Promise<void> | undefined

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl)
  }

  async start(): Promise<void> {
    await this.#redis.ping()
    this.#asking = this.#ask()
  }

  /** The longest answer since `start`, in milliseconds. */
  async stop(): Promise<number> {
    this.#isOver = true
    await this.#asking
    this.#redis.disconnect()
    return this.#worstMs
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const sentAt = performance.now()
      await this.#redis.ping()
      this.#worstMs = Math.max(this.#worstMs, performance.now() - sentAt)
      await sleep(1)
    }
  }
}
