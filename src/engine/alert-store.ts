import type { BrokerLink } from './connection/broker-link.js'
import type { Keys } from './keys.js'

/**
 * What the processes of an app agree on about alerts: which one of them looks, and what has been told. The one that
 * looks has a lease and renews it; where it dies, another one has it as soon as it ran out.
 */
export class AlertStore {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /** Takes or renews the lease. Returns the state that was kept, or undefined where another process looks. */
  async hold(owner: string, ttlMs: number): Promise<string | undefined> {
    const { alerts, alertState } = this.keys
    const reply = await this.link.read((redis) => redis.eval(HOLD, 2, alerts, alertState, owner, ttlMs))
    return typeof reply === 'string' ? reply : undefined
  }

  /** Keeps the state. False where the lease went to another process, whose state is the right one. */
  async keep(owner: string, state: string, ttlMs: number): Promise<boolean> {
    const { alerts, alertState } = this.keys
    return (await this.link.read((redis) => redis.eval(KEEP, 2, alerts, alertState, owner, state, ttlMs))) === 1
  }

  /** Gives the lease up, so that another process need not wait. */
  async release(owner: string): Promise<void> {
    await this.link.read((redis) => redis.eval(RELEASE, 1, this.keys.alerts, owner))
  }
}

const HOLD = `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('GET', KEYS[2]) or ''`

const KEEP = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`

const RELEASE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`
