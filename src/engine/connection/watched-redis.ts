import { Redis, type RedisOptions } from 'ioredis'
import { SilenceWatch } from './silence-watch.js'

/** A connection to one server that notices when that says nothing any more, as do the connections that it is copied to. */
export class WatchedRedis extends Redis {
  constructor(options: RedisOptions & { replyMapping: 'legacy' }, watch: 'always' | 'handshake') {
    super(options)
    new SilenceWatch(this, watch)
  }

  /** BullMQ makes its waiting connections so; it minds itself how long a wait takes. */
  override duplicate(override?: Partial<RedisOptions>): Redis {
    return new WatchedRedis({ ...this.options, ...override, replyMapping: 'legacy' }, 'handshake')
  }
}
