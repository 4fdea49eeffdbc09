import { setTimeout } from 'node:timers/promises'
import type { Random } from '../kit/random.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { TcpProxy } from '../kit/tcp-proxy.ts'
import type { Fleet } from './fleet.ts'

/** What can be broken. */
export interface Site {
  readonly redis: RedisServer
  /** Between the workers and the broker, and between the producer and the broker. */
  readonly proxies: readonly TcpProxy[]
  readonly fleet: Fleet
}

type Fault = (site: Site, random: Random) => Promise<void> | void

const FROZEN_MS = 3000
const SILENT_MS = 2000

/** By name, and how often each happens. */
const FAULTS: Readonly<Record<string, readonly [weight: number, fault: Fault]>> = {
  'kill -9 of a worker': [4, ({ fleet }, random) => onOne(fleet.young, random, (worker) => fleet.kill(worker))],
  'SIGTERM of a worker': [3, ({ fleet }, random) => onOne(fleet.young, random, (worker) => fleet.stop(worker))],
  'kill -9 of Redis': [
    2,
    async ({ redis }, random) => {
      await redis.kill()
      await setTimeout(random.between(0, 1500))
      await redis.start()
    },
  ],
  'SIGSTOP of Redis for 3 s': [
    1,
    async ({ redis }) => {
      redis.freeze()
      await setTimeout(FROZEN_MS)
      redis.thaw()
    },
  ],
  'SIGSTOP of a worker for 3 s': [
    2,
    async ({ fleet }, random) => {
      const worker = random.pick(fleet.all)
      worker.signal('SIGSTOP')
      await setTimeout(FROZEN_MS)
      worker.signal('SIGCONT')
    },
  ],
  'connections cut': [3, ({ proxies }, random) => random.pick(proxies).cut()],
  'connections reset': [2, ({ proxies }, random) => random.pick(proxies).reset()],
  'a network that carries nothing for 2 s': [
    1,
    async ({ proxies }, random) => {
      const proxy = random.pick(proxies)
      proxy.mode = 'blackhole'
      await setTimeout(SILENT_MS)
      proxy.mode = 'pass'
      proxy.cut()
    },
  ],
}

/** Breaks something every 1–5 s. What happens when is the seed's choice. */
export class Chaos {
  readonly counts = new Map<string, number>()
  /** The longest that something was broken, in milliseconds: a Redis that loads much takes long to come back. */
  longestMs = 0
  readonly #site: Site
  readonly #random: Random

  constructor(site: Site, random: Random) {
    this.#site = site
    this.#random = random
  }

  /** Until the signal says that it is enough; what is broken then is whole again when this resolves. */
  async run(signal: AbortSignal, tell: (line: string) => void): Promise<void> {
    while (!signal.aborted) {
      await setTimeout(this.#random.between(1000, 5000), undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      const [name, fault] = this.#pick()
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
      tell(name)
      const startedAt = performance.now()
      await fault(this.#site, this.#random)
      this.longestMs = Math.max(this.longestMs, performance.now() - startedAt)
    }
  }

  #pick(): [string, Fault] {
    const names = Object.entries(FAULTS).flatMap(([name, [weight]]) => Array<string>(weight).fill(name))
    const name = this.#random.pick(names)
    const [, fault] = FAULTS[name] as (typeof FAULTS)[string]
    return [name, fault]
  }
}

function onOne<T>(choices: readonly T[], random: Random, act: (one: T) => void): void {
  if (choices.length > 0) act(random.pick(choices))
}
