import { describe, expect, test } from 'vitest'
import { setMaxConcurrency, setRateLimit, setTimeLimit } from '../../src/control/task-limits.js'
import { brokerOfFile } from '../support/broker.js'
import { consumerOf } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()
const RATE = { max: 1, durationMs: 3_600_000 }
const FACTS = { queue: 'emails', limited: true, ignoreResult: false, rate: RATE }
const FREE = { queue: 'emails', limited: false, ignoreResult: false }

/** An app whose workers have told of a limited task, and of one that is not. */
async function appWithTasks(): Promise<TestApp> {
  const app = testApp(broker)
  await announce(app)
  return app
}

async function announce(app: TestApp): Promise<void> {
  const { lanes, registry } = await app.side()
  await registry.announceTasks(new Map([['Send', FACTS] as const, ['Free', FREE] as const]))
  await lanes.limit('emails', 'Send', { rate: RATE })
}

const laneRate = (app: TestApp) => app.redis.hmget(app.keys.lane('emails~Send', 'meta'), 'max', 'duration')

describe('a rate', () => {
  test('holds at once, though a window of the one before is open', async () => {
    const app = await appWithTasks()
    const desk = new JobDesk(app)
    for (const id of ['a', 'b', 'c']) await desk.add(id, { lane: 'emails~Send', task: 'Send' })
    const lane = await consumerOf(app, 'emails~Send')
    expect((await lane.pull('1')).job?.id).toBe('a')
    expect((await lane.pull('2')).limitedForMs).toBeGreaterThan(3_000_000)
    expect(await setRateLimit(app.engine, 'Send', '100/s')).toEqual({
      done: 1,
      refused: [],
      text: 'Send is limited to 100/s',
    })
    expect((await lane.pull('3')).job?.id).toBe('b')
    expect(await app.engine.taskLimits.read()).toEqual(new Map([['Send', { rate: { max: 10, durationMs: 100 } }]]))
    expect(await (await app.side()).taskLimits()).toEqual(await app.engine.taskLimits.read())
  })

  test('survives a worker that announces its code’s, until the code’s is put back', async () => {
    const app = await appWithTasks()
    await setRateLimit(app.engine, 'Send', '50/m')
    await announce(app)
    expect(await laneRate(app)).toEqual(['1', '1200'])
    expect((await app.engine.queueOverviews()).queues[0]?.limits).toMatchObject([{ task: 'Send', overridden: true }])
    const report = await setRateLimit(app.engine, 'Send', null)
    expect(report.text).toBe('Send is limited to 1/h, as its code says')
    expect(await laneRate(app)).toEqual(['1', '3600000'])
    expect(await app.engine.taskLimits.read()).toEqual(new Map())
    expect(await app.redis.exists(app.keys.limits)).toBe(0)
  })

  test('and a time limit do not disturb each other', async () => {
    const app = await appWithTasks()
    await setTimeLimit(app.engine, 'Send', { softMs: 1000, hardMs: 2000 })
    await setRateLimit(app.engine, 'Send', '1/s')
    const rate = { max: 1, durationMs: 1000 }
    expect((await app.engine.taskLimits.read()).get('Send')).toEqual({ rate, softMs: 1000, hardMs: 2000 })
    await setTimeLimit(app.engine, 'Send', null)
    expect((await app.engine.taskLimits.read()).get('Send')).toEqual({ rate })
  })

  test.each(['', '5', '5/d', '-1/s', '0/s', 'fast', '1/s; DROP'])('%j is none', async (rate) => {
    const app = await appWithTasks()
    expect(await rejection(setRateLimit(app.engine, 'Send', rate))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
      message: `rate: expected a rate such as '10/s', '100/m' or '1000/h', got ${JSON.stringify(rate)}`,
    })
  })

  test('of a task without one in its code is refused: it has no lane', async () => {
    const app = await appWithTasks()
    expect(await rejection(setRateLimit(app.engine, 'Free', '1/s'))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
      message: 'Free has no limit in its code',
      hint: expect.stringContaining('@Task'),
    })
  })

  test('is taken away also once the code has none any more, and lets what waits go free', async () => {
    const app = await appWithTasks()
    const desk = new JobDesk(app)
    for (const id of ['a', 'b', 'c']) await desk.add(id, { lane: 'emails~Send', task: 'Send' })
    await setRateLimit(app.engine, 'Send', '1/m')
    const { registry } = await app.side()
    await registry.announceTasks(new Map([['Send', FREE]]))
    const lane = await consumerOf(app, 'emails~Send')
    await lane.pull('1')
    expect((await lane.pull('2')).limitedForMs).toBeGreaterThan(0)
    const report = await setRateLimit(app.engine, 'Send', null)
    expect(report.text).toBe('Send has no rate limit, as its code says')
    expect(await app.engine.taskLimits.read()).toEqual(new Map())
    expect([(await lane.pull('3')).job?.id, (await lane.pull('4')).job?.id]).toEqual(['b', 'c'])
  })

  test('holds in the lane of another queue, once the task goes there', async () => {
    const app = await appWithTasks()
    await setRateLimit(app.engine, 'Send', '2/m')
    const { lanes } = await app.side()
    await lanes.limit('reports', 'Send', { rate: RATE })
    expect(await app.redis.hmget(app.keys.lane('reports~Send', 'meta'), 'max', 'duration')).toEqual(['1', '30000'])
  })

  test.each(['{"rate":{"max":0,"durationMs":5}}', '{"rate":{"max":"x","durationMs":5}}', '{"rate":true}', '{'])(
    'that is stored as %s is none: the code’s holds',
    async (stored) => {
      const app = await appWithTasks()
      await app.redis.hset(app.keys.limits, 'Send', stored)
      await announce(app)
      expect(await laneRate(app)).toEqual(['1', '3600000'])
    },
  )

  test('of an unknown task is refused with the nearest name', async () => {
    const app = await appWithTasks()
    for (const set of [setRateLimit(app.engine, 'Sned', '1/s'), setTimeLimit(app.engine, 'Sned', null)]) {
      expect(await rejection(set)).toMatchObject({
        code: 'TASKQ_TASK_UNKNOWN',
        message: 'no worker knows the task "Sned" (did you mean Send?)',
      })
    }
  })
})

describe('a time limit', () => {
  test('is stored, and what is left out goes', async () => {
    const app = await appWithTasks()
    const report = await setTimeLimit(app.engine, 'Free', { softMs: 300_000, hardMs: 360_000 })
    expect(report.text).toBe('runs of Free are limited: told to end after 5m, given up after 6m')
    await setTimeLimit(app.engine, 'Free', { hardMs: 1000 })
    expect(await app.engine.taskLimits.read()).toEqual(new Map([['Free', { hardMs: 1000 }]]))
    await setTimeLimit(app.engine, 'Free', null)
    expect(await app.engine.taskLimits.read()).toEqual(new Map())
  })

  test.each<[object, string]>([
    [{}, 'time limit: expected softMs, hardMs or both, got neither'],
    [{ softMs: 0 }, 'softMs: expected a whole number of milliseconds from 1 to 86400000, got 0'],
    [{ hardMs: 1.5 }, 'hardMs: expected a whole number of milliseconds from 1 to 86400000, got 1.5'],
    [{ hardMs: Number.NaN }, 'hardMs: expected a whole number of milliseconds from 1 to 86400000, got NaN'],
    [{ softMs: 2000, hardMs: 2000 }, 'softMs: expected less than hardMs, 2s, got 2s'],
  ])('%j is refused', async (limits, message) => {
    const app = await appWithTasks()
    expect(await rejection(setTimeLimit(app.engine, 'Free', limits))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
      message,
    })
  })
})

test('stored limits that are damaged are left out, and can be set anew', async () => {
  const app = await appWithTasks()
  const damaged = {
    Send: '{',
    Free: '7',
    a: 'null',
    b: '{"rate":{"max":"x"},"softMs":-1,"hardMs":5}',
    '\u001b[2J': '{}',
  }
  await app.redis.hset(app.keys.limits, damaged)
  await announce(app)
  const limits = await app.engine.taskLimits.read()
  expect(limits.get('b')).toEqual({ hardMs: 5 })
  expect(limits.has('Send')).toBe(false)
  await setRateLimit(app.engine, 'Send', '1/s')
  expect((await app.engine.taskLimits.read()).get('Send')).toEqual({ rate: { max: 1, durationMs: 1000 } })
})

describe('jobs at once', () => {
  const KEYED = { ...FACTS, maxConcurrency: 2, keyed: ['rate', 'concurrency'] } as const
  const meta = (app: TestApp, ...fields: string[]) => app.redis.hmget(app.keys.lane('emails~Send', 'meta'), ...fields)

  test('are limited at once, outlive a new worker, and the code’s number comes back', async () => {
    const app = await appWithTasks()
    expect(await setMaxConcurrency(app.engine, 'Send', 3)).toMatchObject({ text: 'Send runs 3 at once at the most' })
    await announce(app)
    expect(await meta(app, 'concurrency', 'max')).toEqual(['3', '1'])
    expect((await app.engine.queueOverviews()).queues[0]?.limits).toMatchObject([
      { maxConcurrency: 3, overridden: true },
    ])
    expect((await setMaxConcurrency(app.engine, 'Send', null)).text).toBe(
      'Send has no limit of jobs at once, as its code says',
    )
    expect(await meta(app, 'concurrency')).toEqual([null])
    expect(await app.engine.taskLimits.read()).toEqual(new Map())
  })

  test('of a task without a limit in its code are refused, and so is what is no number', async () => {
    const app = await appWithTasks()
    expect(await rejection(setMaxConcurrency(app.engine, 'Free', 3))).toMatchObject({ code: 'TASKQ_CONTROL_INVALID' })
    for (const most of [0, -1, 1.5, 1_000_000])
      expect(await rejection(setMaxConcurrency(app.engine, 'Send', most))).toMatchObject({
        code: 'TASKQ_CONTROL_INVALID',
      })
    expect(await rejection(setMaxConcurrency(app.engine, 'Sned', 1))).toMatchObject({ code: 'TASKQ_TASK_UNKNOWN' })
  })

  test('and a rate that are divided by keys are changed for each key, and hold at once', async () => {
    const app = testApp(broker)
    const { lanes, registry } = await app.side()
    await registry.announceTasks(new Map([['Send', KEYED] as const]))
    await lanes.limit('emails', 'Send', KEYED)
    const desk = new JobDesk(app)
    for (const id of ['a', 'b', 'c', 'd']) await desk.add(id, { lane: 'emails~Send', task: 'Send' })
    const lane = await consumerOf(app, 'emails~Send', 10_000)
    expect((await lane.pull('1')).job?.id).toBe('a')
    expect(await lane.pull('2')).toMatchObject({ isLimitedByKey: true })
    expect((await setRateLimit(app.engine, 'Send', '1000/s')).text).toBe('Send is limited to 1000/s for each key')
    expect(await meta(app, 'max', 'keyMax', 'keyDuration')).toEqual([null, '100', '100'])
    expect((await lane.pull('3')).job?.id).toBe('b')
    expect(await lane.pull('4')).toEqual({})
    expect((await setMaxConcurrency(app.engine, 'Send', 3)).text).toBe('Send runs 3 at once at the most for each key')
    expect((await lane.pull('5')).job?.id).toBe('c')
    expect(await lane.pull('6')).toEqual({})
    const { limits } = (await app.engine.queueOverviews()).queues[0] ?? {}
    expect(limits).toMatchObject([{ maxConcurrency: 3, keyed: ['rate', 'concurrency'], queued: 1, overridden: true }])
  })
})
