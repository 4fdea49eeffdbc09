import { expect, test } from 'vitest'
import type { BrokerLink } from '../../../src/engine/connection/broker-link.js'
import { keysOf } from '../../../src/engine/keys.js'
import { StatsReader } from '../../../src/engine/stats/stats-reader.js'

/** A broker whose clock and whose answers come when a test says so. */
class SlowBroker {
  now = 0
  held: (() => void)[] | undefined

  readonly #redis = {
    time: async () => [String(Math.floor(this.now / 1000)), String((this.now % 1000) * 1000)],
    pipeline: () => {
      const keys: string[] = []
      return { hgetall: (key: string) => void keys.push(key), exec: () => this.#answer(keys) }
    },
  }

  /** As much as a reader needs of a link. */
  get link(): BrokerLink {
    return { read: (work: (redis: unknown) => unknown) => work(this.#redis) } as unknown as BrokerLink
  }

  async #answer(keys: readonly string[]) {
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve))
    return keys.map((key) => [null, key.includes('~stats:') ? { send: '{"s":1}' } : { emails: '1,0,0' }])
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a look that is overtaken at the end of a stretch still has all of its stretches', async () => {
  const broker = new SlowBroker()
  broker.now = 5_000_004_990
  const reader = new StatsReader(broker.link, keysOf('x'))
  await reader.pulses(25)
  broker.held = []
  const early = reader.pulses(25)
  await turn()
  broker.now += 20
  const late = reader.pulses(25)
  await turn()
  broker.held[1]?.()
  await late
  broker.held[0]?.()
  const pulses = await early
  expect(pulses).toHaveLength(25)
  expect(pulses.filter(({ queues }) => queues === undefined)).toEqual([])
})

test('the time of a reading is that of its stretches, and of all that is summed up of it', async () => {
  const broker = new SlowBroker()
  broker.now = 100 * 60_000 - 1
  broker.held = []
  const reading = new StatsReader(broker.link, keysOf('x')).latest(15)
  await turn()
  broker.now += 5
  broker.held[0]?.()
  const { at, sumOf } = await reading
  expect(at).toBe(100 * 60_000 - 1)
  expect([sumOf(15).get('send')?.succeeded, sumOf(2).get('send')?.succeeded]).toEqual([15, 2])
})
