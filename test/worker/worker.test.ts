import { describe, expect, test } from 'vitest'
import { encodeEnvelope } from '../../src/codec/envelope.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('retries', () => {
  test('run after the backoff, then the job is dead', async () => {
    const runs: { attempt: number; retries: number; at: number }[] = []
    const flaky = defineTask({ name: 'flaky', retries: 2, backoff: { delay: 60, jitter: false } }, ({ request }) => {
      runs.push({ attempt: request.attempt, retries: request.retries, at: performance.now() })
      throw new Error(`no ${request.attempt}`)
    })
    const app = testApp(broker, { tasks: [flaky] })
    const { events } = await app.worker()
    const result = await flaky.delay()
    const first = await events.waitFor('job.retried')
    expect(first).toMatchObject({ id: result.id, task: 'flaky', queue: 'default', attempt: 1, delayMs: 60 })
    await events.waitFor('job.dead-lettered')
    expect(runs.map(({ attempt, retries }) => [attempt, retries])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ])
    const waits = runs.slice(1).map(({ at }, index) => at - (runs[index]?.at ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(59)
    expect(waits[1]).toBeGreaterThanOrEqual(118)
    expect(await result.state()).toBe('dead')
    expect(await result.error()).toMatchObject({ name: 'Error', message: 'no 3' })
  })

  test('end when a run succeeds', async () => {
    const flaky = defineTask({ name: 'flaky', retries: 5, backoff: { delay: 0 } }, ({ request }) => {
      if (request.attempt < 3) throw new Error('not yet')
      return request.attempt
    })
    const app = testApp(broker, { tasks: [flaky] })
    const { events, worker } = await app.worker()
    const result = await flaky.delay()
    expect(await result.get({ timeout: '10s' })).toBe(3)
    expect(events.of('job.retried')).toHaveLength(2)
    expect(worker.counts).toMatchObject({ succeeded: 1, failed: 2 })
  })

  test('are as many as the call says, in place of the task', async () => {
    const fails = defineTask({ name: 'fails', retries: 9, backoff: { delay: 0 } }, () =>
      Promise.reject(new Error('no')),
    )
    const app = testApp(broker, { tasks: [fails] })
    const { events } = await app.worker()
    await fails.applyAsync([], { retries: 1 })
    await events.waitFor('job.dead-lettered')
    expect(events.of('job.started').map(({ attempt }) => attempt)).toEqual([1, 2])
    const none = await fails.applyAsync([], { retries: 0 })
    await events.waitFor('job.dead-lettered', ({ id }) => id === none.id)
    expect(await none.state()).toBe('failed')
  })

  test('show as retrying, with the error, while they wait', async () => {
    const fails = defineTask({ name: 'fails', retries: 1, backoff: { delay: '1h', jitter: false } }, () => {
      throw new RangeError('later')
    })
    const app = testApp(broker, { tasks: [fails] })
    const { events } = await app.worker()
    const result = await fails.delay()
    await events.waitFor('job.retried')
    expect(await result.state()).toBe('retrying')
    expect(await result.error()).toMatchObject({ name: 'RangeError', message: 'later' })
    expect(await result.ready()).toBe(false)
  })
})

describe('a run', () => {
  test('knows the slot of the schedule that made its job, on every attempt; other jobs have none', async () => {
    const seen: unknown[] = []
    const report = defineTask({ name: 'report', retries: 1, backoff: { delay: 0 } }, ({ request }) => {
      seen.push(request.schedule)
      if (request.attempt === 1) throw new Error('again')
      return request.schedule?.slot.toISOString() ?? 'none'
    })
    const app = testApp(broker, { tasks: [report] })
    const schedule = { name: 'nightly', slotMs: Date.UTC(2030, 0, 1, 3) }
    const data = encodeEnvelope('report', { args: [], schedule }, app.config.payload)
    await app.engine.producer.add({ id: 'slot-1', lane: 'default', task: 'report', data, delayMs: 0 })
    await app.worker()
    expect(await app.client.result('slot-1').get({ timeout: '10s' })).toBe('2030-01-01T03:00:00.000Z')
    const slot = { name: 'nightly', slot: new Date(schedule.slotMs) }
    expect(seen).toEqual([slot, slot])
    expect(await (await report.delay()).get({ timeout: '10s' })).toBe('none')
  })
})

describe('what a run leaves', () => {
  test('its log lines, with the job and in the worker', async () => {
    const talks = defineTask({ name: 'talks', retries: 1, backoff: { delay: 0 } }, (ctx) => {
      ctx.log.info('plain')
      ctx.log.warn({ user: 'u\u001b[31m' }, 'with fields')
      ctx.log.debug({ big: 10n })
      if (ctx.request.attempt === 1) throw new Error('again')
    })
    const app = testApp(broker, { tasks: [talks] })
    const { lines } = await app.worker()
    const result = await talks.delay()
    await result.get({ timeout: '10s' })
    const job = await app.engine.jobs.find(result.id)
    if (job === undefined) throw new Error('no job')
    const stored = (await app.engine.jobs.logs(job)).map((line) => JSON.parse(line))
    expect(stored).toHaveLength(6)
    expect(stored.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 2, 2])
    expect(stored.slice(0, 2)).toMatchObject([
      { level: 'info', message: 'plain' },
      { level: 'warn', message: 'with fields', fields: { user: 'u\u001b[31m' } },
    ])
    expect(stored[2]).toMatchObject({ level: 'debug', fields: { big: '10' } })
    expect(await app.engine.jobs.logs(job, 1)).toEqual([expect.stringContaining('"attempt":2')])
    expect(lines.filter(({ id }) => id === result.id)).toHaveLength(6)
  })

  test('its progress', async () => {
    const half = defineTask({ name: 'half' }, async (ctx) => {
      await ctx.progress({ done: 5, of: 10 })
    })
    const app = testApp(broker, { tasks: [half] })
    await app.worker()
    const result = await half.delay()
    await result.get({ timeout: '10s' })
    expect((await app.engine.jobs.find(result.id))?.progress).toEqual({ done: 5, of: 10 })
  })

  test('a warning, when JSON changed its result', async () => {
    const dated = defineTask({ name: 'dated' }, () => ({ at: new Date(0) }))
    const app = testApp(broker, { tasks: [dated] })
    const { lines, events } = await app.worker()
    const result = await dated.delay()
    expect(await result.get({ timeout: '10s' })).toEqual({ at: '1970-01-01T00:00:00.000Z' })
    await events.waitFor('job.succeeded')
    expect(lines).toMatchObject([{ level: 'warn', id: result.id, message: expect.stringContaining('result.at') }])
  })
})

describe('the end of a worker that ends by itself', () => {
  test('burst: runs what can start, leaves what waits for its time', async () => {
    const ran: number[] = []
    const note = defineTask({ name: 'note' }, (_, n: number) => void ran.push(n))
    const app = testApp(broker, { tasks: [note], config: { worker: { concurrency: 1 } } })
    for (let n = 0; n < 30; n++) await note.delay(n)
    await note.applyAsync([99], { countdown: '1h' })
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(ran).toEqual(Array.from({ length: 30 }, (_, n) => n))
    expect((await app.engine.queueOverviews()).queues).toMatchObject([
      { queued: 0, scheduled: 1, active: 0, succeeded: 30 },
    ])
    expect(await app.engine.workers()).toEqual([])
  })

  test('burst: ends at once where there is nothing to do', async () => {
    const app = testApp(broker)
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(worker.counts.succeeded).toBe(0)
  })

  test('once: runs one job', async () => {
    const note = defineTask({ name: 'note' }, () => {})
    const app = testApp(broker, { tasks: [note] })
    for (let n = 0; n < 3; n++) await note.delay()
    const { worker } = await app.worker({ once: true })
    await worker.done
    expect(worker.counts.succeeded).toBe(1)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 2, active: 0 }])
  })
})

describe('a worker', () => {
  test('tells of itself while it lives', async () => {
    const idle = defineTask({ name: 'idle', queue: 'quiet' }, () => {})
    const app = testApp(broker, { tasks: [idle] })
    const { worker } = await app.worker({ name: 'w1' })
    expect(await app.engine.workers()).toMatchObject([
      {
        name: expect.stringMatching(/^w1@/),
        pid: process.pid,
        queues: ['default', 'quiet'],
        tasks: ['idle'],
        active: 0,
      },
    ])
    expect(await app.engine.knownTasks()).toEqual(
      new Map([['idle', { queue: 'quiet', limited: false, ignoreResult: false }]]),
    )
    await worker.stop()
    expect(await app.engine.workers()).toEqual([])
  })

  test('serves its queues only', async () => {
    const note = defineTask({ name: 'note' }, () => 1)
    const app = testApp(broker, { tasks: [note] })
    const other = await note.applyAsync([], { queue: 'other' })
    const { events } = await app.worker({ queues: ['default'] })
    const own = await note.delay()
    await events.waitFor('job.succeeded', ({ id }) => id === own.id)
    expect(await other.state()).toBe('queued')
  })

  test('refuses to start without a queue', async () => {
    const app = testApp(broker)
    const { worker } = await app.createWorker({ queues: ['a'], excludeQueues: ['a'] })
    expect(await rejection(worker.start())).toMatchObject({ code: 'TASKQ_WORKER_NOTHING_TO_DO' })
  })

  test('finds jobs that come while it waits, on all its queues', async () => {
    const note = defineTask({ name: 'note' }, (_, n: number) => n)
    const app = testApp(broker, { tasks: [note] })
    await app.worker({ queues: ['a', 'b', 'c'] })
    for (const queue of ['a', 'b', 'c', 'a']) {
      const startedAt = performance.now()
      const result = await note.applyAsync([1], { queue })
      expect(await result.get({ timeout: '10s' })).toBe(1)
      expect(performance.now() - startedAt).toBeLessThan(3000)
    }
  })

  test('starts a scheduled job when its time has come', async () => {
    const when = defineTask({ name: 'when' }, () => Date.now())
    const app = testApp(broker, { tasks: [when] })
    await app.worker()
    const sentAt = Date.now()
    const result = await when.applyAsync([], { countdown: 250 })
    expect(await result.state()).toBe('scheduled')
    const lateMs = (await result.get({ timeout: '10s' })) - sentAt - 250
    expect(lateMs).toBeGreaterThanOrEqual(-5)
    expect(lateMs, 'waits are not rounded up to whole seconds').toBeLessThan(500)
  })
})
