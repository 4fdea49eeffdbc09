import type { Engine } from '../engine/engine.js'
import type { QueueOverviews } from '../engine/lanes/queue-overview-reader.js'

/** A broker that has not answered by then counts as away: whoever asks this process waits for nothing longer. */
const PATIENCE_MS = 2000
/** However often one asks, the broker is not asked more often. */
const FRESH_MS = 1000

/** What is asked. */
export type WatchedEngine = Pick<Engine, 'ping' | 'queueOverviews' | 'workers' | 'leadingBeat'>

/** What the broker tells of the whole app. What it refused to tell, or told too late, is undefined. */
export interface BrokerLook {
  readonly pingMs: number
  readonly overviews: QueueOverviews | undefined
  readonly workers: number | undefined
  /** Whether a beat leads. */
  readonly beatLeads: boolean | undefined
}

/** Looks at the broker for those who ask: at most once a second, and never longer than two seconds. */
export class BrokerWatch {
  #looking: Promise<BrokerLook | undefined> | undefined
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly engine: () => Promise<WatchedEngine>,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** The latest look; undefined where the broker does not answer. */
  look(): Promise<BrokerLook | undefined> {
    const now = performance.now()
    if (this.#looking === undefined || now - this.#askedAt >= FRESH_MS) {
      this.#askedAt = now
      this.#looking = this.#ask()
    }
    return this.#looking
  }

  async #ask(): Promise<BrokerLook | undefined> {
    const ask = <T>(question: (engine: WatchedEngine) => Promise<T>) =>
      withinOrNothing(this.engine().then(question), this.patienceMs)
    const [pingMs, overviews, workers, beatLeads] = await Promise.all([
      ask(async (engine) => (await engine.ping()).pingMs),
      ask((engine) => engine.queueOverviews()),
      ask(async (engine) => (await engine.workers()).length),
      ask(async (engine) => (await engine.leadingBeat()) !== undefined),
    ])
    return pingMs === undefined ? undefined : { pingMs, overviews, workers, beatLeads }
  }
}

/** What comes in time; nothing where it comes later, or not at all. */
function withinOrNothing<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    const finish = (value?: T): void => {
      clearTimeout(timer)
      resolve(value)
    }
    work.then(finish, () => finish())
  })
}
