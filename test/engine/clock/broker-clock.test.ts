import { afterEach, describe, expect, test, vi } from 'vitest'
import { BrokerClock } from '../../../src/engine/clock/broker-clock.js'
import { CallerClock } from '../../../src/engine/clock/caller-clock.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A broker that is so far ahead of this machine, and counts how often it is asked. */
function brokerAhead(aheadMs: number) {
  const broker = { aheadMs, asked: 0 }
  const time = async () => {
    broker.asked++
    const ms = performance.timeOrigin + performance.now() + broker.aheadMs
    return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1000)]
  }
  return Object.assign(broker, { connection: { time } as never })
}

describe('the clock of a worker', () => {
  test('does not move when somebody sets the clock of its machine', async () => {
    const broker = brokerAhead(5000)
    const clock = new BrokerClock()
    await clock.sync(broker.connection)
    const before = clock.now()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    expect(clock.now() - before).toBeLessThan(1000)
    expect(clock.skewMs).toBeLessThan(-3_590_000)
  })

  test('hears in passing that the broker has another time, as after a failover', async () => {
    const broker = brokerAhead(0)
    const clock = new BrokerClock()
    await clock.sync(broker.connection)
    const before = clock.now()
    clock.hear(before + 7000, performance.now())
    expect(clock.now() - before).toBeGreaterThan(6900)
  })

  test('moves no further than an answer demands that was read late', async () => {
    const broker = brokerAhead(0)
    const clock = new BrokerClock()
    await clock.sync(broker.connection)
    const aheadMs = clock.now() - performance.now()
    // Asked 800 ms ago, and told at once: the reply was read late.
    clock.hear(clock.now() - 800, performance.now() - 800)
    expect(clock.now() - performance.now()).toBeCloseTo(aheadMs, -1)
  })
})

describe('the clock of a caller', () => {
  const clockBefore = (broker: ReturnType<typeof brokerAhead>) =>
    new CallerClock({ read: (work) => work(broker.connection) })

  test('is that of its machine until the broker was asked, and the broker’s then', async () => {
    const broker = brokerAhead(60_000)
    const clock = clockBefore(broker)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
    await Promise.all([clock.refresh(), clock.refresh()])
    expect(broker.asked).toBe(1)
    expect(clock.now() - Date.now()).toBeGreaterThan(59_000)
    expect(Number.isInteger(clock.now())).toBe(true)
  })

  test('is asked for again after a minute', async () => {
    const broker = brokerAhead(0)
    const clock = clockBefore(broker)
    await clock.refresh()
    expect(clock.refresh()).toBeUndefined()
    const now = performance.now()
    const date = Date.now()
    vi.spyOn(performance, 'now').mockImplementation(() => now + 61_000)
    vi.useFakeTimers({ toFake: ['Date'], now: date + 61_000 })
    await clock.refresh()
    expect(broker.asked).toBe(2)
  })

  test('is asked for again at once where a clock of the machine was set, or the machine slept', async () => {
    const broker = brokerAhead(0)
    const clock = clockBefore(broker)
    await clock.refresh()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    await clock.refresh()
    expect(broker.asked).toBe(2)
    expect(clock.refresh()).toBeUndefined()
  })
})
