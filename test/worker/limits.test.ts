import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('a rate limit', () => {
  test('holds over all workers, and leaves other tasks of the queue alone', async () => {
    const starts: number[] = []
    const limited = defineTask({ name: 'limited', rateLimit: '20/s' }, () => void starts.push(performance.now()))
    const free = defineTask({ name: 'free' }, () => performance.now())
    const app = testApp(broker, { tasks: [limited, free] })
    await Promise.all(Array.from({ length: 40 }, () => limited.delay()))
    await app.worker({ name: 'one' })
    await app.worker({ name: 'two' })
    const waits = []
    while (starts.length < 30) {
      const sentAt = performance.now()
      waits.push((await (await free.delay()).get({ timeout: '5s' })) - sentAt)
      await sleep(20)
    }
    await vi.waitFor(() => expect(starts).toHaveLength(40), 10_000)
    const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1000
    expect(39 / seconds).toBeGreaterThan(20 * 0.7)
    expect(39 / seconds).toBeLessThan(20 * 1.2)
    for (const from of starts) {
      const inWindow = starts.filter((at) => at >= from && at < from + 1000).length
      expect(inWindow).toBeLessThanOrEqual(20 * 1.2)
    }
    waits.sort((a, b) => a - b)
    expect(waits[Math.floor(waits.length / 2)], 'the middle wait of the free task').toBeLessThan(200)
  })

  test('shows its lane as part of its queue, also in burst', async () => {
    const limited = defineTask({ name: 'limited', queue: 'emails', rateLimit: '50/s' }, () => {})
    const app = testApp(broker, { tasks: [limited] })
    for (let n = 0; n < 8; n++) await limited.delay()
    expect(await app.engine.lanes()).toEqual(['emails~limited'])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'emails', queued: 8 }])
    const { worker } = await app.worker({ queues: ['emails'], burst: true })
    await worker.done
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queue: 'emails', queued: 0, succeeded: 8 }])
  })

  test('that was lifted still lets its old lane be served', async () => {
    const limited = defineTask({ name: 'changed', rateLimit: '100/s' }, () => 'done')
    const app = testApp(broker, { tasks: [limited] })
    const result = await limited.delay()
    const { definition } = limited
    await app.worker({ tasks: [{ definition: { ...definition, rateLimit: undefined } }] })
    expect(await result.get({ timeout: '10s' })).toBe('done')
  })
})

describe('the budget of a worker', () => {
  test('holds over all its queues, and is used', async () => {
    let active = 0
    let most = 0
    const work = defineTask({ name: 'work' }, async () => {
      most = Math.max(most, ++active)
      await sleep(5)
      active--
    })
    const app = testApp(broker, { tasks: [work], config: { worker: { concurrency: 4 } } })
    const queues = ['a', 'b', 'c']
    await Promise.all(Array.from({ length: 60 }, (_, n) => work.applyAsync([], { queue: queues[n % 3] ?? 'a' })))
    const { worker } = await app.worker({ queues, burst: true })
    await worker.done
    expect(worker.counts.succeeded).toBe(60)
    expect(most).toBe(4)
  })

  test('of one queue is a part of it', async () => {
    const active = { small: 0, big: 0 }
    const most = { small: 0, big: 0 }
    const work = defineTask({ name: 'work' }, async ({ request }) => {
      const queue = request.queue as 'small' | 'big'
      most[queue] = Math.max(most[queue], ++active[queue])
      await sleep(5)
      active[queue]--
    })
    const config = { worker: { concurrency: 6 }, queues: { small: { concurrency: 2 } } }
    const app = testApp(broker, { tasks: [work], config })
    for (const queue of ['small', 'big'])
      await Promise.all(Array.from({ length: 30 }, () => work.applyAsync([], { queue })))
    const { worker } = await app.worker({ queues: ['small', 'big'], burst: true })
    await worker.done
    expect(most.small).toBe(2)
    expect(most.big).toBeGreaterThanOrEqual(4)
  })
})
