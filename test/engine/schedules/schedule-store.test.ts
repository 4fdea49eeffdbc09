import { describe, expect, it } from 'vitest'
import { BrokerClock } from '../../../src/engine/clock/broker-clock.js'
import { JobsRefusedError } from '../../../src/engine/schedules/commit-schedules.js'
import { freshState } from '../../../src/engine/schedules/schedule-record.js'
import type { ScheduleStore } from '../../../src/engine/schedules/schedule-store.js'
import { brokerOfFile, noRedis } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

function scene(): { app: TestApp; store: ScheduleStore } {
  const app = testApp(broker)
  const store = app.engine.openSchedules()
  app.onClose(() => store.close())
  return { app, store }
}

const job = (id: string, lane = 'default', delayMs = 0) => ({ id, lane, task: 'T', data: '{}', delayMs })
const moved = (name: string, cursorMs: number) => ({ name, state: freshState(cursorMs) })
const add = (store: ScheduleStore, name: string, id: string, cursorMs = 1, delayMs = 0) =>
  store.change([name], () => ({
    writes: [moved(name, cursorMs)],
    jobs: [job(id, 'default', delayMs)],
    isEdit: false,
  }))
const waiting = ({ redis, keys }: TestApp) => redis.llen(keys.lane('default', 'wait'))
const cursorOf = async (store: ScheduleStore, name: string) => (await store.read([name])).get(name)?.state?.cursorMs

describe('a change', () => {
  it('is given up when somebody else wrote an entry meanwhile: neither its jobs nor its marks exist', async () => {
    const { app, store } = scene()
    const other = app.engine.openSchedules()
    app.onClose(() => other.close())
    const outcome = await store.change(['a'], async () => {
      await add(other, 'a', 'theirs', 7)
      return { writes: [moved('a', 9)], jobs: [job('ours')], isEdit: false }
    })
    expect(outcome).toBe('conflict')
    expect(await cursorOf(store, 'a')).toBe(7)
    expect(await app.redis.lrange(app.keys.lane('default', 'wait'), 0, -1)).toEqual(['theirs'])
  })

  it('leaves nothing watched when it decides for nothing, or throws', async () => {
    const { app, store } = scene()
    expect(await store.change(['a'], () => ({ writes: [], jobs: [], isEdit: false }))).toBe('nothing')
    const thrown = store.change(['a'], () => Promise.reject(new Error('no')))
    await expect(thrown).rejects.toThrow('no')
    await app.redis.hset(app.keys.schedule('a'), 'state', '{"cursorMs":1}')
    expect(await store.change([], () => ({ writes: [moved('b', 1)], jobs: [], isEdit: false }))).toBe('done')
  })
})

describe('a broker that does not hold the scripts', () => {
  it('after SCRIPT FLUSH, jobs are added all the same', async () => {
    const { app, store } = scene()
    for (let slot = 1; slot <= 6; slot++) {
      await app.redis.script('FLUSH')
      expect(await add(store, 'a', `job-${slot}`, slot, slot % 2 === 0 ? 60_000 : 0)).toBe('done')
    }
    expect(await waiting(app)).toBe(3)
    expect(await app.redis.zcard(app.keys.lane('default', 'delayed'))).toBe(3)
  })

  it('after a first transaction that was given up', async () => {
    const { app, store } = scene()
    await app.redis.script('FLUSH')
    const first = store.change(['a'], async () => {
      await app.redis.hset(app.keys.schedule('a'), 'state', '{"cursorMs":1}')
      return { writes: [moved('a', 2)], jobs: [job('first')], isEdit: false }
    })
    expect(await first).toBe('conflict')
    expect(await add(store, 'a', 'second')).toBe('done')
    expect(await waiting(app)).toBe(1)
  })

  it('after a first transaction that was refused for want of memory', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const { app, store } = scene()
    await app.redis.script('FLUSH')
    await app.redis.config('SET', 'maxmemory', '1')
    try {
      await expect(add(store, 'a', 'first')).rejects.toThrow(/OOM|EXECABORT/)
      expect(await app.redis.exists(app.keys.schedule('a'))).toBe(0)
    } finally {
      await app.redis.config('SET', 'maxmemory', '0')
    }
    expect(await add(store, 'a', 'second')).toBe('done')
    expect(await waiting(app)).toBe(1)
  })
})

describe('a job that another one stands for', () => {
  it('is not made, and the marks are; also by a broker that has forgotten its scripts', async () => {
    const { app, store } = scene()
    const same = (id: string, delayMs = 0) => ({
      ...job(id, 'default', delayMs),
      sameJob: { kind: 'unique', id: 'T:x', until: 'done' } as const,
    })
    const enqueue = (id: string, cursorMs: number, delayMs = 0) =>
      store.change(['a'], () => ({ writes: [moved('a', cursorMs)], jobs: [same(id, delayMs)], isEdit: false }))
    await enqueue('first', 1)
    await app.redis.script('FLUSH')
    expect(await enqueue('second', 2, 500)).toBe('done')
    expect(await app.redis.lrange(app.keys.lane('default', 'wait'), 0, -1)).toEqual(['first'])
    expect(await app.redis.zcard(app.keys.lane('default', 'delayed'))).toBe(0)
    expect(await cursorOf(store, 'a')).toBe(2)
  })
})

describe('what is damaged in the broker', () => {
  it('jobs of a damaged lane are named, and all the others exist', async () => {
    const { app, store } = scene()
    await app.redis.set(app.keys.lane('broken', 'wait'), 'no list')
    const change = store.change(['a'], () => ({
      writes: [moved('a', 5)],
      jobs: [job('lost', 'broken'), job('fine')],
      isEdit: false,
    }))
    const error = await change.then(
      () => expect.fail('the damage was not told'),
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(JobsRefusedError)
    expect([...(error as JobsRefusedError).refused.keys()]).toEqual(['lost'])
    expect(await waiting(app)).toBe(1)
    expect(await cursorOf(store, 'a')).toBe(5)
  })

  it('an entry whose key is something else is told apart, and can be replaced', async () => {
    const { app, store } = scene()
    await app.redis.set(app.keys.schedule('a'), 'no hash')
    await app.redis.sadd(app.keys.schedules, 'a')
    const { records } = await store.readAll()
    expect(records.get('a')?.unreadable).toBe('its key in the broker holds something else')
    await store.change(['a'], () => ({
      writes: [{ name: 'a', state: freshState(3), isReplaced: true }],
      jobs: [],
      isEdit: true,
    }))
    expect(await cursorOf(store, 'a')).toBe(3)
  })
})

describe('the broker’s clock', () => {
  it('believes the quickest of several slow answers', async () => {
    const clock = new BrokerClock()
    // Each answer tells the time at which the broker got round to it.
    const delays = [300, 40, 200, 250, 300]
    let asked = 0
    await clock.sync({
      time: async () => {
        const delayMs = delays[asked++] ?? 0
        await new Promise((resolve) => setTimeout(resolve, delayMs))
        const ms = Date.now() + 3_600_000
        return [Math.floor(ms / 1000), (ms % 1000) * 1000] as [number, number]
      },
    } as never)
    expect(asked).toBe(5)
    expect(Math.abs(clock.skewMs - 3_600_000)).toBeLessThan(100)
  })

  it('asks once when the answer is quick', async () => {
    const clock = new BrokerClock()
    let asked = 0
    await clock.sync({
      time: async () => {
        asked++
        return [1_800_000_000, 500_000]
      },
    } as never)
    expect(asked).toBe(1)
    expect(clock.now()).toBeGreaterThanOrEqual(1_800_000_000_500)
  })
})
