import { describe, expect, test, vi } from 'vitest'
import { partsOf, type QueuePulse, type StatsBatch } from '../../src/engine/stats/stats-batch.js'
import { BUCKET_COUNT, bucketOf } from '../../src/stats/histogram.js'
import { countDuration, noCounts, type TaskCounts } from '../../src/stats/task-counts.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const HOSTILE = ['__proto__', 'a:b', '', 's:send', '\u001b[2J', 'two\nlines', 'ünï', 'w3:x'] as const

function counts(succeeded: number, over: Partial<TaskCounts> = {}): TaskCounts {
  const made = { ...noCounts(), succeeded, ...over }
  countDuration(made.wait, 3)
  countDuration(made.run, 1500)
  return made
}

const batch = (tasks: Record<string, TaskCounts> = {}, queues: Record<string, QueuePulse> = {}): StatsBatch => ({
  tasks: new Map(Object.entries(tasks)),
  queues: new Map(Object.entries(queues)),
})

/** The broker's time, in milliseconds. */
async function brokerNow({ redis }: TestApp): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

/** The newest hash of a kind. */
async function storedIn(app: TestApp, kind: string): Promise<Record<string, string>> {
  const keys = (await app.redis.keys(`${app.keys.prefix}~${kind}:*`)).sort()
  return app.redis.hgetall(keys.at(-1) ?? '')
}

describe('what workers tell', () => {
  test('is added up, over all of them', async () => {
    const app = testApp(broker)
    const [one, other] = [await app.side(), await app.side()]
    const pulse = { ended: 3, failed: 1, retried: 2 }
    await one.recordStats(batch({ send: counts(2, { failed: 1, retried: 4 }) }, { emails: pulse }))
    await other.recordStats(batch({ send: counts(5, { revoked: 1 }), other: counts(1) }, { emails: pulse }))
    const minutes = await app.engine.stats.minutes(2)
    expect(minutes.get('send')).toMatchObject({ succeeded: 7, failed: 1, retried: 4, revoked: 1 })
    expect(minutes.get('send')?.wait[bucketOf(3)]).toBe(2)
    expect(minutes.get('send')?.run[bucketOf(1500)]).toBe(2)
    expect(minutes.get('other')?.succeeded).toBe(1)
    const pulses = await app.engine.stats.pulses(3)
    const sum = (key: keyof QueuePulse) =>
      pulses.reduce((all, { queues }) => all + (queues.get('emails')?.[key] ?? 0), 0)
    expect([sum('ended'), sum('failed'), sum('retried')]).toEqual([6, 2, 4])
  })

  test('takes room for what happened only, and only for a time', async () => {
    const app = testApp(broker)
    const side = await app.side()
    await side.recordStats(
      batch({ send: counts(2), idle: noCounts() }, { emails: { ended: 1, failed: 0, retried: 0 } }),
    )
    expect(await storedIn(app, 'stats')).toEqual({ send: '{"s":2,"w2":1,"r11":1}' })
    expect(await storedIn(app, 'pulse')).toEqual({ emails: '{"e":1}' })
    const [minute = '', pulse = ''] = (await app.redis.keys(`${app.keys.prefix}~*:*`)).sort().reverse()
    expect(minute).toContain('~stats:')
    expect(await app.redis.ttl(minute)).toBeGreaterThan(47 * 3600)
    expect(await app.redis.ttl(minute)).toBeLessThanOrEqual(48 * 3600)
    expect(await app.redis.ttl(pulse)).toBeGreaterThan(14 * 60)
    expect(await app.redis.ttl(pulse)).toBeLessThanOrEqual(15 * 60)
  })

  test('is nothing where there is nothing to tell', async () => {
    const app = testApp(broker)
    const side = await app.side()
    await side.recordStats(batch())
    await side.recordStats(batch({ send: noCounts() }, { emails: { ended: 0, failed: 0, retried: 0 } }))
    expect(await app.redis.keys(`${app.keys.prefix}*`)).toEqual([])
  })

  test.for(HOSTILE)('keeps apart what is called %j', async (name) => {
    const app = testApp(broker)
    const side = await app.side()
    const pulse = { ended: 3, failed: 0, retried: 0 }
    const tasks = new Map([
      [name, counts(1)],
      ['send', counts(5)],
    ])
    const queues = new Map([
      [name, pulse],
      ['emails', { ...pulse, ended: 9 }],
    ])
    await side.recordStats({ tasks, queues })
    const minutes = await app.engine.stats.minutes(2)
    expect([...minutes.keys()].sort()).toEqual(['send', name].sort())
    expect(minutes.get(name)).toEqual(counts(1))
    const pulses = (await app.engine.stats.pulses(3)).flatMap(({ queues }) => [...queues])
    expect(new Map(pulses)).toEqual(queues)
  })
})

describe('a batch', () => {
  test('leaves out numbers that are none', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const strange = {
      ...noCounts(),
      succeeded: Number.NaN,
      failed: -1,
      retried: 0.5,
      revoked: Number.POSITIVE_INFINITY,
    }
    await side.recordStats(batch({ strange, send: counts(1) }))
    expect([...(await app.engine.stats.minutes(2)).keys()]).toEqual(['send'])
  })

  test('arrives whole, however much it is', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const tasks = new Map(Array.from({ length: 1500 }, (_, n) => [`task${n}`, counts(n + 1)]))
    const queues = new Map([['emails', { ended: 7, failed: 0, retried: 0 }]])
    for (const part of partsOf({ tasks, queues })) await side.recordStats(part)
    const minutes = await app.engine.stats.minutes(2)
    expect(minutes.size).toBe(1500)
    expect([...minutes.values()].reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe((1500 * 1501) / 2)
    const pulses = await app.engine.stats.pulses(3)
    expect(pulses.reduce((sum, { queues: seen }) => sum + (seen.get('emails')?.ended ?? 0), 0)).toBe(7)
  })

  test("counts in the broker's minute, whatever this machine's clock says", async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const real = Date.now()
    const wrong = vi.spyOn(Date, 'now').mockImplementation(() => real - 3 * 86_400_000)
    const side = await app.side()
    await side.recordStats(batch({ send: counts(1) }, { emails: { ended: 1, failed: 0, retried: 0 } }))
    wrong.mockRestore()
    expect((await app.engine.stats.minutes(2)).get('send')).toEqual(counts(1))
    expect((await app.engine.stats.pulses(3)).some(({ queues }) => queues.has('emails'))).toBe(true)
  })

  test('is one command, and the next one too', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const side = await app.side()
    await side.recordStats(batch({ send: counts(1) }))
    await app.redis.config('RESETSTAT')
    await side.recordStats(batch({ send: counts(1) }, { emails: { ended: 1, failed: 0, retried: 0 } }))
    const stats = await app.redis.info('commandstats')
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]).toBe('1')
    expect(stats).not.toMatch(/cmdstat_eval:/)
  })

  test.for([
    'many',
    '7',
    'null',
    '[1,2]',
    '{"s":"many"}',
    '{"s":-1,"f":0.5,"w99":1,"x":1}',
    '{"s":1e400,"r11":[]}',
    '{"__proto__":5,"s":99999999999999999999}',
    '['.repeat(2000),
  ])('begins anew where something else is stored (%#), and nothing else is held up', async (junk) => {
    const app = testApp(broker)
    const side = await app.side()
    const told = batch({ send: counts(1), other: counts(1) }, { emails: { ended: 1, failed: 0, retried: 0 } })
    await side.recordStats(told)
    for (const key of await app.redis.keys(`${app.keys.prefix}~*:*`)) {
      await app.redis.hset(key, { send: junk, idle: junk, emails: junk })
    }
    const before = await app.engine.stats.minutes(2)
    expect(before.get('other')).toEqual(counts(1))
    expect(before.get('send')?.succeeded ?? 0).toBe(0)
    await side.recordStats(told)
    const after = await app.engine.stats.minutes(2)
    expect(after.get('other')?.succeeded).toBe(2)
    expect(after.get('send')).toEqual(counts(1))
    expect(after.get('send')?.run).toHaveLength(BUCKET_COUNT)
  })

  test('a hash that is none counts as nothing', async () => {
    const app = testApp(broker)
    const now = await brokerNow(app)
    for (const minute of [0, 1]) await app.redis.set(app.keys.stats(Math.floor(now / 60_000) + minute), 'text')
    expect(await app.engine.stats.minutes(2)).toEqual(new Map())
  })
})

describe('what is read', () => {
  test('are as many stretches as were asked for, oldest first, empty ones included', async () => {
    const app = testApp(broker)
    const before = await brokerNow(app)
    const pulses = await app.engine.stats.pulses(24)
    expect(pulses).toHaveLength(24)
    const newest = pulses.at(-1)?.at ?? 0
    expect(newest % 5000).toBe(0)
    expect(newest).toBeGreaterThan(before - 5000)
    expect(pulses.map(({ at }) => at)).toEqual(Array.from({ length: 24 }, (_, n) => newest - (23 - n) * 5000))
    expect(pulses.every(({ queues }) => queues.size === 0)).toBe(true)
  })

  test('are the last minutes and no others', async () => {
    const app = testApp(broker)
    const minute = Math.floor((await brokerNow(app)) / 60_000)
    for (let ago = -2; ago < 20; ago++)
      await app.redis.hset(app.keys.stats(minute - ago), 'send', `{"s":${2 ** (ago + 2)}}`)
    const read = (await app.engine.stats.minutes(3)).get('send')?.succeeded ?? 0
    // The minute may have ended meanwhile.
    expect([4 + 8 + 16, 2 + 4 + 8]).toContain(read)
  })

  test('is read once when it has ended', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const minute = Math.floor((await brokerNow(app)) / 60_000)
    await app.redis.hset(app.keys.stats(minute - 5), 'send', '{"s":5}')
    const first = await app.engine.stats.minutes(15)
    await app.engine.stats.pulses(24)
    await app.redis.config('RESETSTAT')
    expect(await app.engine.stats.minutes(15)).toEqual(first)
    await app.engine.stats.pulses(24)
    const calls = Number(/cmdstat_hgetall:calls=(\d+)/.exec(await app.redis.info('commandstats'))?.[1])
    // Of each kind the running one, and one or two that may have ended a moment ago.
    expect(calls).toBeGreaterThanOrEqual(2)
    expect(calls).toBeLessThanOrEqual(6)
  })

  test('sees what is added to the running stretch', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const ended = async () =>
      (await app.engine.stats.pulses(24)).reduce((sum, { queues }) => sum + (queues.get('emails')?.ended ?? 0), 0)
    for (const sum of [1, 2, 3]) {
      await side.recordStats(batch({ send: counts(1) }, { emails: { ended: 1, failed: 0, retried: 0 } }))
      expect(await ended()).toBe(sum)
      expect((await app.engine.stats.minutes(15)).get('send')?.succeeded).toBe(sum)
    }
  })

  test('a caller may change what it was given', async () => {
    const app = testApp(broker)
    const minute = Math.floor((await brokerNow(app)) / 60_000)
    await app.redis.hset(app.keys.stats(minute - 5), 'send', '{"s":5}')
    const sum = (await app.engine.stats.minutes(15)).get('send')
    if (sum === undefined) throw new Error('nothing was read')
    sum.succeeded = 1000
    expect((await app.engine.stats.minutes(15)).get('send')?.succeeded).toBe(5)
  })
})
