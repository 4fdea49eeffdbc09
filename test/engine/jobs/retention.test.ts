import { describe, expect, test } from 'vitest'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { consumerOf } from '../../support/lost-worker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const HOUR_MS = 3_600_000
const FOREVER = { resultTtlMs: HOUR_MS, deadLetterTtlMs: HOUR_MS, maxDeadLetters: 1_000_000 }

/** Ends jobs of these ids, as if at these times. */
async function ended(app: TestApp, kind: 'completed' | 'failed', jobs: Record<string, number>): Promise<void> {
  const lane = await consumerOf(app, 'default')
  for (const [id, endedAt] of Object.entries(jobs)) {
    await app.engine.producer.add({ id, lane: 'default', task: 'send', data: '{"v":1,"args":[]}', delayMs: 0 })
    const { job } = await lane.pull(id)
    if (job === undefined) throw new Error('no job')
    if (kind === 'completed') await lane.succeed(job, null, { fetchNext: false, keep: true })
    else await lane.bury(job, { name: 'Error', message: 'no' }, { fetchNext: false })
    await app.redis.zadd(app.keys.lane('default', kind), 'XX', endedAt, id)
    await app.redis.hset(app.keys.job('default', id), { finishedOn: endedAt })
  }
}

const kept = (app: TestApp, kind: 'completed' | 'failed') => app.redis.zrange(app.keys.lane('default', kind), '0', '-1')

describe('sweep', () => {
  test('removes results and dead letters whose time is over, with all that belongs to them', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await ended(app, 'completed', { old: now - 2 * HOUR_MS, new: now - 1000 })
    await ended(app, 'failed', { 'dead-old': now - 2 * HOUR_MS, 'dead-new': now - 1000 })
    const side = await app.side()
    expect(await side.sweep('default', FOREVER)).toBe(2)
    expect(await kept(app, 'completed')).toEqual(['new'])
    expect(await kept(app, 'failed')).toEqual(['dead-new'])
    expect(await app.redis.exists(app.keys.job('default', 'old'), app.keys.job('default', 'dead-old'))).toBe(0)
    expect(await side.sweep('default', FOREVER)).toBe(0)
  })

  test('leaves jobs that are not done alone, however old', async () => {
    const app = testApp(broker)
    await app.engine.producer.add({ id: 'a', lane: 'default', task: 'send', data: '', delayMs: 0 })
    await app.engine.producer.add({ id: 'b', lane: 'default', task: 'send', data: '', delayMs: 60_000 })
    await app.redis.hset(app.keys.job('default', 'a'), 'timestamp', 1)
    expect(await (await app.side()).sweep('default', { ...FOREVER, resultTtlMs: 0, deadLetterTtlMs: 0 })).toBe(0)
    expect((await app.engine.queueOverviews()).queues[0]).toMatchObject({ queued: 1, scheduled: 1 })
  })

  test('keeps the newest dead letters', async () => {
    const app = testApp(broker)
    const now = Date.now()
    await ended(app, 'failed', { a: now - 5000, b: now - 4000, c: now - 3000, d: now - 2000 })
    expect(await (await app.side()).sweep('default', { ...FOREVER, maxDeadLetters: 2 })).toBe(2)
    expect(await kept(app, 'failed')).toEqual(['c', 'd'])
  })

  test('keeps as many dead letters as it may, even when all died in the same moment', async () => {
    const app = testApp(broker)
    const moment = Date.now() - 1000
    await ended(app, 'failed', { a: moment, b: moment, c: moment, d: moment })
    expect(await (await app.side()).sweep('default', { ...FOREVER, maxDeadLetters: 3 })).toBe(1)
    expect(await kept(app, 'failed')).toHaveLength(3)
  })

  test('removes more than one step holds', async () => {
    const app = testApp(broker)
    const old = Date.now() - 2 * HOUR_MS
    const pipeline = app.redis.pipeline()
    for (let n = 0; n < 1200; n++) {
      pipeline.hset(app.keys.job('default', `j${n}`), { name: 'send', data: '', finishedOn: old, timestamp: old })
      pipeline.zadd(app.keys.lane('default', 'completed'), old, `j${n}`)
    }
    await pipeline.exec()
    expect(await (await app.side()).sweep('default', FOREVER)).toBe(1200)
    expect(await kept(app, 'completed')).toEqual([])
    expect(await app.redis.exists(app.keys.job('default', 'j0'), app.keys.job('default', 'j1199'))).toBe(0)
  })
})

describe('results that have a time of their own', () => {
  test('stay for it, whatever the worker that sweeps knows, and go when it is over', async () => {
    const task = defineTask({ name: 'long', resultTtl: '1h' }, () => 'kept')
    const plain = defineTask({ name: 'plain' }, () => 'kept')
    const app = testApp(broker, { tasks: [task, plain] })
    const { events } = await app.worker()
    const own = await task.delay()
    const ofCall = await plain.applyAsync([], { resultTtl: '2h' })
    const short = await plain.applyAsync([], { resultTtl: 1 })
    const other = await plain.delay()
    await events.count('job.succeeded', 4)
    await expect.poll(() => kept(app, 'completed')).toHaveLength(4)
    const side = await app.side()
    const past = { ...FOREVER, resultTtlMs: -1000 }
    expect(await side.sweep('default', FOREVER)).toBe(1)
    expect((await kept(app, 'completed')).sort()).toEqual([own.id, ofCall.id, other.id].sort())
    expect(await side.sweep('default', past)).toBe(1)
    expect(await app.redis.exists(app.keys.job('default', short.id), app.keys.job('default', other.id))).toBe(0)
    expect(await Promise.all([own.get(), ofCall.get()])).toEqual(['kept', 'kept'])
    for (const { id } of [own, ofCall]) await app.redis.zadd(app.keys.kept('default'), 1, id)
    expect(await side.sweep('default', past)).toBe(2)
    expect(await kept(app, 'completed')).toEqual([])
    expect(await app.redis.exists(app.keys.kept('default'))).toBe(0)
  })

  test('are passed by in steps, many of one moment too', async () => {
    const app = testApp(broker)
    const old = Date.now() - 2 * HOUR_MS
    const pipeline = app.redis.pipeline()
    for (let n = 0; n < 1200; n++) {
      pipeline.hset(app.keys.job('default', `j${n}`), { name: 'send', data: '', finishedOn: old, timestamp: old })
      pipeline.zadd(app.keys.lane('default', 'completed'), old, `j${n}`)
      if (n % 2 === 0) pipeline.zadd(app.keys.kept('default'), Date.now() + HOUR_MS, `j${n}`)
    }
    await pipeline.exec()
    const side = await app.side()
    expect(await side.sweep('default', FOREVER)).toBe(600)
    expect(await side.sweep('default', FOREVER)).toBe(0)
    expect(await kept(app, 'completed')).toHaveLength(600)
  })
})
