import { Redis } from 'ioredis'
import type { Measures } from './scenario.ts'

interface Reading {
  readonly atMs: number
  readonly nodeUs: number
  readonly redisUs: number
}

/**
 * Measures a stretch of work in this process: jobs per second, and the CPU time of this process and of
 * Redis per job. The jobs of the warm-up are not counted.
 */
export class Meter {
  readonly #redis: Redis

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl)
  }

  /** Measures `work`, which does `jobs` jobs. */
  async measure(jobs: number, work: () => Promise<void>): Promise<Measures> {
    const before = await this.#read()
    await work()
    return perJob(before, await this.#read(), jobs)
  }

  /** Measures jobs that end by themselves: call `jobEnded` for each. */
  watch(warmUp: number, jobs: number): { jobEnded: () => void; done: Promise<Measures> } {
    const { promise, resolve } = Promise.withResolvers<Measures>()
    let ended = 0
    let before: Promise<Reading> | undefined
    const jobEnded = () => {
      ended++
      if (ended === warmUp) before = this.#read()
      if (ended === warmUp + jobs) void this.#finish(before, jobs).then(resolve)
    }
    return { jobEnded, done: promise }
  }

  close(): void {
    this.#redis.disconnect()
  }

  async #finish(before: Promise<Reading> | undefined, jobs: number): Promise<Measures> {
    const after = this.#read()
    if (before === undefined) throw new Error('there was no warm-up')
    return perJob(await before, await after, jobs)
  }

  /** Time and our CPU are read at once; Redis answers for its own a moment later. */
  async #read(): Promise<Reading> {
    const atMs = performance.now()
    const { user, system } = process.cpuUsage()
    return { atMs, nodeUs: user + system, redisUs: await this.#redisCpuUs() }
  }

  async #redisCpuUs(): Promise<number> {
    const info = await this.#redis.info('cpu')
    const seconds = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
    return 1e6 * (seconds('used_cpu_user') + seconds('used_cpu_sys'))
  }
}

function perJob(before: Reading, after: Reading, jobs: number): Measures {
  return {
    jobsPerSecond: (1000 * jobs) / (after.atMs - before.atMs),
    nodeCpu: (after.nodeUs - before.nodeUs) / jobs,
    redisCpu: (after.redisUs - before.redisUs) / jobs,
  }
}
