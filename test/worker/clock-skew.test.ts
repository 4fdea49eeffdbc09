import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

beforeEach(({ skip }) => skip(noRedis !== undefined, `${noRedis}: the clock of the embedded one is this process's`))

afterEach(() => {
  vi.useRealTimers()
})

/** From now on the clock of callers and workers here is wrong; the broker's is not. */
const setClock = (byMs: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + byMs, shouldAdvanceTime: true })

const echo = () => defineTask({ name: 'echo' }, (_, n: number) => n)

/** The broker's time. */
async function brokerNow(app: ReturnType<typeof testApp>): Promise<number> {
  const [seconds, micros] = await app.redis.time()
  return Number(seconds) * 1000 + Number(micros) / 1000
}

test.each([60_000, -60_000])('a countdown is as long as it says where the clock is %d ms off', async (skewMs) => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const { events } = await app.worker()
  setClock(skewMs)
  const askedAt = performance.now()
  const result = await task.applyAsync([1], { countdown: 600 })
  await events.waitFor('job.succeeded', ({ id }) => id === result.id)
  const waitedMs = performance.now() - askedAt
  expect(waitedMs).toBeGreaterThan(580)
  expect(waitedMs).toBeLessThan(10_000)
  const way = skewMs > 0 ? 'behind' : 'ahead'
  expect(app.warnings).toEqual([expect.stringMatching(new RegExp(`the broker's clock is (59|60)\\.\\d s ${way}`))])
})

test('a worker whose clock is ahead runs nothing early that others enqueued', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const askedAt = performance.now()
  const result = await task.applyAsync([1], { countdown: 800 })
  setClock(60_000)
  const { events } = await app.worker()
  await events.waitFor('job.succeeded', ({ id }) => id === result.id)
  expect(performance.now() - askedAt).toBeGreaterThan(700)
})

test.each([60_000, -60_000])('a retry comes after its wait where the clock is %d ms off', async (skewMs) => {
  const startedAt: number[] = []
  const task = defineTask({ name: 'flaky', retries: 1, backoff: { delay: 400, jitter: false } }, () => {
    startedAt.push(performance.now())
    if (startedAt.length === 1) throw new Error('the first time')
  })
  setClock(skewMs)
  const app = testApp(broker, { tasks: [task] })
  const { events } = await app.worker()
  await task.delay()
  await events.waitFor('job.succeeded')
  const [first = 0, second = 0] = startedAt
  expect(second - first).toBeGreaterThan(380)
  expect(second - first).toBeLessThan(1400)
})

test('a job expires by the broker’s clock, whatever those of its caller and its worker say', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  setClock(-60_000)
  const early = await task.applyAsync([1], { expires: '30s' })
  const late = await task.applyAsync([2], { expires: 1 })
  vi.useRealTimers()
  setClock(60_000)
  const { events } = await app.worker()
  await events.waitFor('job.succeeded', ({ id }) => id === early.id)
  await events.waitFor('job.expired', ({ id }) => id === late.id)
})

test('an instant means the broker’s: what is over starts at once, what is to come waits', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  setClock(60_000)
  const { events } = await app.worker()
  const now = await brokerNow(app)
  const [over, toCome] = await Promise.all(
    [-30_000, 700].map((inMs) => task.applyAsync([1], { eta: new Date(now + inMs) })),
  )
  await events.waitFor('job.succeeded', ({ id }) => id === over?.id)
  await events.waitFor('job.succeeded', ({ id }) => id === toCome?.id)
  expect((await brokerNow(app)) - now).toBeGreaterThanOrEqual(700)
})

test('what is kept of a job is told in the broker’s time', async () => {
  const good = echo()
  const bad = defineTask({ name: 'bad' }, () => {
    throw new Error('as it was told to')
  })
  const app = testApp(broker, { tasks: [good, bad] })
  await good.applyAsync([1], { countdown: 1 })
  setClock(60_000)
  const { events } = await app.worker()
  const [done, failed] = await Promise.all([good.applyAsync([2], { countdown: 1 }), bad.delay()])
  await events.waitFor('job.succeeded', ({ id }) => id === done.id)
  await events.waitFor('job.dead-lettered', ({ id }) => id === failed.id)
  const now = await brokerNow(app)
  for (const { id } of [done, failed]) {
    const { processedOn, finishedOn } = await app.redis.hgetall(app.keys.job('default', id))
    for (const time of [processedOn, finishedOn]) expect(Math.abs(Number(time) - now)).toBeLessThan(5000)
  }
})

test('a lost job comes back, and a worker that is told of nothing wrong finds no lane damaged', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const result = await task.delay(1)
  setClock(-60_000)
  await takeAndVanish(app, 'default')
  const { events } = await app.worker({ options: { stallCheckMs: 50 } })
  await events.waitFor('job.succeeded', ({ id }) => id === result.id)
})
