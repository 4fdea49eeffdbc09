import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { LiveBatch, LiveEvent } from '../../src/events/live-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { LiveEvents } from '../../src/worker/live-events.js'
import { ProcessVitals } from '../../src/worker/process-vitals.js'
import { toRunning } from '../../src/worker/worker-facts.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { FakeLane, fakeJob } from './fake-lane.js'

const broker = brokerOfFile()

/** Everything that is told to those who watch this app. */
async function watch(app: TestApp) {
  const events: LiveEvent[] = []
  const watching = await app.engine.watchLive((batch) => events.push(...batch.events))
  return { events, watching, of: (name: LiveEvent['name']) => events.filter((event) => event.name === name) }
}

describe('what is told to those who watch', () => {
  function liveEvents() {
    const batches: LiveBatch[] = []
    const live = new LiveEvents('w@host', (batch) => batches.push(batch))
    return { batches, live }
  }
  const job = { id: 'j', task: 'send', queue: 'emails', attempt: 2 }

  test('is the head of an event', async () => {
    const { batches, live } = liveEvents()
    live.watch(10_000)
    const failure = {
      name: 'Error',
      message: 'x'.repeat(1000),
      code: 'E',
      stack: 'no',
      cause: { name: 'A', message: 'b' },
    }
    live.onEvent({ name: 'job.retried', runMs: 5, delayMs: 7, failure, ...job })
    live.onEvent({ name: 'job.postponed', reason: 'r'.repeat(1000), delayMs: 1, ...job })
    live.onEvent({ name: 'jobs.recovered', queue: 'emails', ids: ['a', 'b'] })
    live.onEvent({ name: 'broker.trouble', message: 'not told' })
    live.onEvent({ name: 'limit.passed', task: 'not', queue: 'told' })
    await vi.waitFor(() => expect(batches).toHaveLength(1))
    live.close()
    const [retried, postponed, ...recovered] = batches[0]?.events ?? []
    const head = { at: expect.any(Number), worker: 'w@host' }
    expect(retried).toEqual({
      ...head,
      ...job,
      name: 'job.retried',
      runMs: 5,
      delayMs: 7,
      failure: { name: 'Error', message: `${'x'.repeat(299)}…`, code: 'E' },
    })
    expect(postponed?.reason).toHaveLength(300)
    expect(recovered).toEqual(['a', 'b'].map((id) => ({ ...head, name: 'jobs.recovered', queue: 'emails', id })))
  })

  test('is short, however long the names are that jobs bring', async () => {
    const { batches, live } = liveEvents()
    live.watch(10_000)
    const long = 'x'.repeat(100_000)
    live.onEvent({ name: 'job.given-back', id: long, task: long, queue: long, attempt: 1 })
    live.onEvent({ name: 'jobs.recovered', queue: long, ids: [long] })
    await vi.waitFor(() => expect(batches).toHaveLength(1))
    live.close()
    expect(batches[0]?.events).toHaveLength(2)
    expect(JSON.stringify(batches).length).toBeLessThan(3000)
    expect(batches[0]?.events[0]).toMatchObject({ id: `${'x'.repeat(299)}…` })
  })

  test('costs nothing of an event that is left out', async () => {
    const { batches, live } = liveEvents()
    live.watch(10_000)
    let read = 0
    const failure = {
      name: 'Error',
      get message() {
        return `${++read}`
      },
    }
    for (let n = 0; n < 1000; n++) live.onEvent({ name: 'job.dead-lettered', runMs: 1, failure, ...job })
    live.close()
    expect(read).toBe(250)
    expect(batches).toEqual([])
  })

  test('is 250 events at once, and how many more there were', async () => {
    const { batches, live } = liveEvents()
    live.watch(10_000)
    for (let n = 0; n < 1000; n++) live.onEvent({ name: 'job.given-back', ...job })
    await vi.waitFor(() => expect(batches).toHaveLength(1))
    expect(batches[0]?.events).toHaveLength(250)
    expect(batches[0]?.dropped).toBe(750)
    live.onEvent({ name: 'job.given-back', ...job })
    await vi.waitFor(() => expect(batches).toHaveLength(2))
    expect(batches[1]?.dropped).toBe(0)
    live.close()
  })

  test('is nothing when the time of the watch is over', async () => {
    const { batches, live } = liveEvents()
    live.onEvent({ name: 'job.given-back', ...job })
    live.watch(20)
    expect(live.isWatched).toBe(true)
    await vi.waitFor(() => expect(live.isWatched).toBe(false), 2000)
    live.onEvent({ name: 'job.given-back', ...job })
    await sleep(300)
    expect(batches).toEqual([])
    live.close()
    live.watch(1000)
    expect(live.isWatched, 'a worker that ended is not watched').toBe(false)
  })
})

describe('a worker', () => {
  test('tells what happens as soon as somebody watches, in order', async () => {
    const fails = defineTask({ name: 'fails' }, () => {
      throw new TypeError('no such user')
    })
    const app = testApp(broker, { tasks: [fails] })
    const { worker } = await app.worker({ name: 'eve' })
    const { events, of } = await watch(app)
    const { id } = await fails.delay()
    await vi.waitFor(() => expect(of('job.dead-lettered')).toHaveLength(1), 5000)
    expect(events.map(({ name }) => name)).toEqual(['job.started', 'job.dead-lettered'])
    expect(of('job.dead-lettered')[0]).toEqual({
      name: 'job.dead-lettered',
      at: expect.any(Number),
      worker: expect.stringMatching(/^eve@/),
      id,
      task: 'fails',
      queue: 'default',
      attempt: 1,
      runMs: expect.any(Number),
      failure: { name: 'TypeError', message: 'no such user' },
    })
    await worker.stop()
    await vi.waitFor(() => expect(of('worker.offline')).toHaveLength(1))
  })

  test('that comes while somebody watches is told, and tells', async () => {
    const echo = defineTask({ name: 'echo' }, () => {})
    const app = testApp(broker, { tasks: [echo] })
    const { of } = await watch(app)
    await app.worker({ name: 'late' })
    await vi.waitFor(() => expect(of('worker.online')).toHaveLength(1))
    await echo.delay()
    await vi.waitFor(() => expect(of('job.succeeded')).toHaveLength(1), 5000)
  })

  test('beats every second while it is watched', async () => {
    const app = testApp(broker)
    await app.worker()
    await watch(app)
    const beats = new Set<number | undefined>()
    const startedAt = performance.now()
    await vi.waitFor(
      async () => {
        beats.add((await app.engine.workers())[0]?.beatAt)
        expect(beats.size).toBeGreaterThanOrEqual(4)
      },
      { timeout: 10_000, interval: 100 },
    )
    expect(performance.now() - startedAt).toBeLessThan(6000)
  })

  test('tells of itself what it runs and costs', async () => {
    const gate = Promise.withResolvers<void>()
    const hold = defineTask({ name: 'hold' }, () => gate.promise)
    const app = testApp(broker, { tasks: [hold] })
    const { worker, events } = await app.worker()
    const results = [await hold.delay(), await hold.delay()]
    await events.count('job.started', 2)
    await watch(app)
    const facts = await vi.waitFor(async () => {
      const [told] = await app.engine.workers()
      expect(told?.slots).toHaveLength(2)
      return told
    }, 5000)
    expect(facts?.slots?.map(({ id }) => id)).toEqual(results.map(({ id }) => id))
    expect(facts?.slots?.[0]).toMatchObject({ task: 'hold', queue: 'default', attempt: 1 })
    expect(Date.now() - (facts?.slots?.[0]?.startedAt ?? 0)).toBeLessThan(10_000)
    expect(worker.running).toEqual(facts?.slots)
    expect(facts?.process?.rssBytes).toBeGreaterThan(1e7)
    expect(facts?.process?.node).toBe(process.version)
    expect(facts?.process?.cpu).toBeGreaterThan(0)
    gate.resolve()
  })

  test('tells of a running job by short names', () => {
    const long = 'x'.repeat(100_000)
    const told = toRunning(fakeJob({ id: long, task: long, lane: new FakeLane(long).consumer }))
    expect([told.id, told.task, told.queue].map(({ length }) => length)).toEqual([300, 300, 300])
  })

  test('publishes nothing about jobs while nobody watches', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const echo = defineTask({ name: 'echo' }, () => {})
    const app = testApp(broker, { tasks: [echo] })
    const { worker } = await app.worker()
    await app.redis.config('RESETSTAT')
    await Promise.all(Array.from({ length: 50 }, () => echo.delay()))
    await vi.waitFor(() => expect(worker.counts.succeeded).toBe(50), 5000)
    await sleep(600)
    const info = (await app.redis.info('commandstats')) as string
    expect(info).not.toContain('cmdstat_publish')
  })
})

describe('what a process costs', () => {
  test('tells of an event loop that was held up, once', async () => {
    const vitals = new ProcessVitals()
    // The machine may be busy with others; a moment will come in which it is not.
    const isInTime = async () => {
      do await sleep(1100)
      while (vitals.read().loopLagMs >= 100)
    }
    await isInTime()
    const until = performance.now() + 300
    while (performance.now() < until);
    await sleep(1000)
    const busy = vitals.read()
    expect(busy.loopLagMs).toBeGreaterThan(150)
    expect(busy.cpu).toBeGreaterThan(0)
    expect(vitals.loopLagMs, 'that it was told of makes it no less late').toBeGreaterThan(150)
    await isInTime()
    vitals.stop()
  })
})
