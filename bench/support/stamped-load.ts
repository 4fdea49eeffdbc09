import { setTimeout as sleep } from 'node:timers/promises'
import { TimedTask } from '../project/tasks/noop.mjs'
import { connectRaw, openQueue } from './raw-side.ts'
import type { Measures, Side } from './scenario.ts'
import { percentile } from './statistics.ts'
import { openApp } from './taskq-side.ts'

/** The queue of jobs that carry the moment they were sent. */
export const TIMED_QUEUE = 'timed'

/** Microseconds of the machine's clock, which all processes share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n)

/** Microseconds since 1970. */
export const epochUs = (): number => 1000 * (performance.timeOrigin + performance.now())

/** Sends jobs one at a time with random gaps, from the harness's process. */
export async function sendStamped(redisUrl: string, side: Side, jobs: number, gapMs: [number, number]): Promise<void> {
  const [least, most] = gapMs
  const sender = side === 'taskq' ? taskqSender(redisUrl) : rawSender(redisUrl)
  for (let n = 0; n < jobs; n++) {
    await sleep(least + Math.random() * (most - least))
    await sender.send(nowUs())
  }
  await sender.close()
}

/**
 * Collects how long stamped jobs waited until their first line ran, by the clock that stamped them. The first few are
 * not counted.
 */
export class WaitSamples {
  readonly #waits: number[] = []
  readonly #done = Promise.withResolvers<Measures>()
  readonly #warmUp: number
  readonly #now: () => number
  #left: number

  constructor(jobs: number, warmUp: number, now = nowUs) {
    this.#left = jobs
    this.#warmUp = warmUp
    this.#now = now
  }

  get done(): Promise<Measures> {
    return this.#done.promise
  }

  readonly started = (stampUs: number): void => {
    this.#waits.push((this.#now() - stampUs) / 1000)
    if (--this.#left > 0) return
    const counted = this.#waits.slice(this.#warmUp)
    const measures = { p50: percentile(counted, 0.5), p99: percentile(counted, 0.99), max: Math.max(...counted) }
    this.#done.resolve(measures)
  }
}

function taskqSender(redisUrl: string) {
  const app = openApp(redisUrl)
  return { send: (sentAtUs: number) => TimedTask.delay({ sentAtUs }), close: () => app.close() }
}

function rawSender(redisUrl: string) {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, TIMED_QUEUE)
  const close = async () => {
    await queue.close()
    await connection.quit()
  }
  return { send: (sentAtUs: number) => queue.add('bench.Timed', { sentAtUs }), close }
}
