import type { RedisBroker } from '../../config/resolved-config.js'
import type { LiveBatch } from '../../events/live-event.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { encodeNotice } from './control-message.js'
import { decodeBatch } from './live-message.js'
import { Subscription } from './subscription.js'

/** Workers publish for so long after they were last told that somebody watches. */
const WATCH_MS = 15_000
const RENEW_MS = 5000

/** A replica takes no such key. Whoever looks there sees what it has; that it has no events must not cost the rest. */
const WATCHED = `
redis.pcall('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1
`

/** Somebody who watches. */
export interface LiveWatch {
  close(): Promise<void>
}

/**
 * What happens in all workers, while somebody watches. A key tells workers so, in their heartbeat; a message tells
 * them at once. When nobody renews it any more, they fall silent by themselves.
 */
export class LiveFeed {
  readonly #watches = new Set<LiveWatch>()
  #closed = false

  constructor(
    private readonly link: BrokerLink,
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
    private readonly connectMs: number,
  ) {}

  /**
   * Calls back with what happens from now on. Goes on after an outage; what happened in it is not told. Where the feed
   * was closed before it is open, it is closed, too.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`
   */
  async watch(onBatch: (batch: LiveBatch) => void): Promise<LiveWatch> {
    const subscription = await Subscription.open(this.broker, this.keys.events, this.connectMs, (text) => {
      const batch = decodeBatch(text)
      if (batch !== undefined) onBatch(batch)
    })
    const clock = setInterval(() => void this.#renew(), RENEW_MS)
    const watch: LiveWatch = {
      close: async () => {
        clearInterval(clock)
        if (this.#watches.delete(watch)) subscription.close()
      },
    }
    this.#watches.add(watch)
    if (this.#closed) await watch.close()
    else await this.#renew()
    return watch
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const watch of this.#watches) await watch.close()
  }

  /** Where it fails, the next one will do: workers publish for longer than it takes. */
  async #renew(): Promise<void> {
    const notice = encodeNotice({ name: 'watch', forMs: WATCH_MS })
    await this.link
      .read((redis) =>
        runPipeline(redis.pipeline().eval(WATCHED, 1, this.keys.watched, WATCH_MS).publish(this.keys.control, notice)),
      )
      .catch(() => {})
  }
}
