import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import type { RunContext } from '../../src/task/run-context.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** A task whose runs wait until the test lets them end, one after the other. */
function gated(options: TaskOptions, run: (ctx: RunContext, n: number) => unknown = (_, n) => n) {
  const ran: number[] = []
  const gates: (() => void)[] = []
  let open = false
  const task = defineTask({ name: 'gated', ...options }, async (ctx, n: number) => {
    ran.push(n)
    if (!open) await new Promise<void>((resolve) => gates.push(resolve))
    return run(ctx, n)
  })
  const letGo = () => {
    open = true
    for (const gate of gates.splice(0)) gate()
  }
  return { task, ran, letGo }
}

const echo = (options: TaskOptions) => defineTask({ name: 'echo', ...options }, (_, n: number) => n)

/** What is left of claims that hold as long as their jobs live. */
const claimsOf = (app: TestApp) => app.redis.zrange(app.keys.claims, '0', '-1')

describe('a unique task', () => {
  test('has one job of the same arguments, whose handle every call gets', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const [first, second, other] = await Promise.all([task.delay(1), task.delay(1), task.delay(2)])
    expect([first.deduplicated, second.deduplicated, other.deduplicated]).toEqual([false, true, false])
    expect(second.id).toBe(first.id)
    expect(other.id).not.toBe(first.id)
    await app.worker()
    expect(await Promise.all([first.get(), second.get(), other.get()])).toEqual([1, 1, 2])
  })

  test('has another one once the first has ended, and leaves no claim', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const first = await task.delay(1)
    await first.get()
    const second = await task.delay(1)
    expect(second.deduplicated).toBe(false)
    await second.get()
    await expect.poll(() => claimsOf(app)).toEqual([])
    expect(await app.redis.keys(`${app.keys.prefix}~same*`)).toEqual([])
  })

  test('has one over all queues, and the handle finds it where it is', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task], config: { queues: { other: {} } } })
    const first = await task.applyAsync([1], { queue: 'other' })
    const second = await task.delay(1)
    expect(second).toMatchObject({ id: first.id, deduplicated: true })
    await app.worker()
    expect(await second.get()).toBe(1)
  })

  test('until started is free from its first run on, also while it is retried', async () => {
    const { task, ran, letGo } = gated({ unique: { until: 'started' } })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    expect(await task.delay(1)).toMatchObject({ id: first.id, deduplicated: true })
    const { events } = await app.worker()
    await events.waitFor('job.started')
    const second = await task.delay(1)
    expect(second.deduplicated).toBe(false)
    await expect.poll(() => ran.length).toBe(2)
    letGo()
    expect(await Promise.all([first.get(), second.get()])).toEqual([1, 1])
  })

  test('for a time is left out for so long, whether the job is done or not', async () => {
    const task = echo({ unique: { for: '1h' } })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const first = await task.delay(1)
    await first.get()
    expect(await task.delay(1)).toMatchObject({ id: first.id, deduplicated: true })
    await app.redis.del(...(await app.redis.keys(`${app.keys.prefix}~same*`)))
    expect(await task.delay(1)).toMatchObject({ deduplicated: false })
  })

  test('is one when it is sent many times at once', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const job = await app.client.plan({ task: 'echo', args: [1], options: {}, id: 'theid' })
    const added = await Promise.all(Array.from({ length: 300 }, () => app.engine.producer.add(job)))
    expect(new Set(added.map(({ id, isNew }) => `${id} ${isNew}`))).toEqual(new Set(['theid true']))
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 1 }])
  })
})

describe('the claim of a unique job', () => {
  test('holds while it is retried, and ends when it is dead', async () => {
    let runs = 0
    const fail = () => {
      runs++
      throw new Error('no')
    }
    const task = defineTask(
      { name: 'fails', unique: true, retries: 1, backoff: { type: 'fixed', delay: 60_000 } },
      fail,
    )
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const first = await task.delay()
    await events.waitFor('job.retried')
    expect(await task.delay()).toMatchObject({ id: first.id, deduplicated: true })
    await app.engine.jobEdits.promote({ id: first.id, lane: 'default' })
    await events.waitFor('job.dead-lettered')
    expect(await task.delay()).toMatchObject({ deduplicated: false })
    expect(runs).toBeGreaterThanOrEqual(2)
  })

  test.each(['revoke', 'remove'] as const)('ends by %s', async (how) => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    const place = { id: first.id, lane: 'default' }
    if (how === 'revoke') await app.engine.revoke(place, { reason: 'test' } as never)
    else await app.engine.jobEdits.remove(place)
    expect(await task.delay(1)).toMatchObject({ deduplicated: false })
  })

  test('ends when it has expired', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.applyAsync([1], { expires: 1 })
    const { events } = await app.worker()
    await events.waitFor('job.expired', ({ id }) => id === first.id)
    expect(await task.delay(1)).toMatchObject({ deduplicated: false })
  })

  test('holds when its worker is lost', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    await takeAndVanish(app, 'default', 10_000)
    expect(await task.delay(1)).toMatchObject({ id: first.id, deduplicated: true })
  })

  test("is not broken by a dead letter's second life", async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.applyAsync([1], { expires: 1 })
    const { events, worker } = await app.worker()
    await events.waitFor('job.expired')
    await worker.stop()
    const second = await task.delay(1)
    await app.engine.jobEdits.retry('default', [first.id])
    expect(await task.delay(1)).toMatchObject({ id: second.id, deduplicated: true })
  })

  test('is taken again when its dead letter is run again', async () => {
    const task = echo({ unique: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.applyAsync([1], { expires: 1 })
    const { events, worker } = await app.worker()
    await events.waitFor('job.expired')
    await worker.stop()
    await expect.poll(() => claimsOf(app)).toEqual([])
    await app.engine.jobEdits.retry('default', [first.id])
    expect(await task.delay(1)).toMatchObject({ id: first.id, deduplicated: true })
  })
})

describe('a throttled task', () => {
  test('has one job in its time, also when it is called from many places', async () => {
    const task = echo({ throttle: '1h' })
    const app = testApp(broker, { tasks: [task] })
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map((n) => task.delay(n)))
    expect(others.map(({ id, deduplicated }) => [id, deduplicated])).toEqual(others.map(() => [first?.id, true]))
    await app.worker()
    expect(await first?.get()).toBe(1)
    expect(await task.delay(5)).toMatchObject({ id: first?.id, deduplicated: true })
  })
})

describe('a debounced task', () => {
  test('runs once it has been quiet, with the arguments of the latest call', async () => {
    const task = echo({ debounce: 300 })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const first = await task.delay(1)
    const second = await task.delay(2)
    const third = await task.delay(3)
    expect([second.id, third.id]).toEqual([first.id, first.id])
    expect(await first.get()).toBe(3)
    expect(events.of('job.succeeded')).toHaveLength(1)
    const next = await task.delay(4)
    expect(next.deduplicated).toBe(false)
    expect(await next.get()).toBe(4)
  })

  test('waits anew with every call, and for its own keys only', async () => {
    const task = echo({ debounce: { wait: '1h', key: (n: number) => n % 2 } })
    const app = testApp(broker, { tasks: [task] })
    const odd = await task.delay(1)
    const even = await task.delay(2)
    expect(even.id).not.toBe(odd.id)
    const due = async () => (await app.engine.jobs.findStory(odd.id))?.dueAt ?? 0
    const before = await due()
    await expect.poll(async () => (await task.delay(3)).id === odd.id && (await due()) > before).toBe(true)
  })

  test('does not let a call that is sent again take the place of a later one', async () => {
    const task = echo({ debounce: '1h' })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    const call = await app.client.plan({ task: 'echo', args: [2], options: {}, id: 'second' })
    expect(await app.engine.producer.add(call)).toMatchObject({ id: first.id, isNew: false })
    await task.delay(3)
    expect(await app.engine.producer.add(call)).toMatchObject({ id: first.id, isNew: false })
    expect((await app.engine.jobs.find(first.id))?.data).toContain('[3]')
  })

  test('begins anew once its time has come, though it waits for a worker still', async () => {
    const task = echo({ debounce: 1 })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    await app.engine.jobEdits.promote({ id: first.id, lane: 'default' })
    const second = await task.delay(2)
    expect(second.deduplicated).toBe(false)
    await app.worker()
    expect(await Promise.all([first.get(), second.get()])).toEqual([1, 2])
  })
})

describe('a task that keeps the latest', () => {
  test('runs the first and the last of many calls, one after the other', async () => {
    const { task, ran, letGo } = gated({ keepLatest: true })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const first = await task.delay(1)
    await events.waitFor('job.started')
    const later = [await task.delay(2), await task.delay(3), await task.delay(4)]
    expect(new Set(later.map(({ id }) => id)).size).toBe(1)
    expect(later.map(({ deduplicated }) => deduplicated)).toEqual([false, true, true])
    expect(await later[0]?.state()).toBe('blocked')
    expect(ran).toEqual([1])
    letGo()
    expect(await first.get()).toBe(1)
    expect(await later[2]?.get()).toBe(4)
    expect(ran).toEqual([1, 4])
    await expect.poll(() => claimsOf(app)).toEqual([])
  })

  test('has one job with the latest arguments while none runs', async () => {
    const task = echo({ keepLatest: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    expect(await task.delay(2)).toMatchObject({ id: first.id, deduplicated: true })
    await app.worker()
    expect(await first.get()).toBe(2)
  })

  test('keeps the latest call while the first is retried, and runs it when that is dead', async () => {
    const failing = (_: RunContext, n: number) => {
      if (n === 1) throw new Error('no')
      return n
    }
    const { task, letGo } = gated({ keepLatest: true, retries: 1, backoff: { type: 'fixed', delay: 60_000 } }, failing)
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const first = await task.delay(1)
    await events.waitFor('job.started')
    letGo()
    await events.waitFor('job.retried')
    const latest = await task.delay(2)
    expect(await latest.state()).toBe('blocked')
    await app.engine.jobEdits.promote({ id: first.id, lane: 'default' })
    expect(await latest.get()).toBe(2)
    expect(await first.failed()).toBe(true)
  })

  test.each(['revoke', 'remove'] as const)('runs the latest when %s takes the first away', async (how) => {
    const task = echo({ keepLatest: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    await takeAndVanish(app, 'default', 10_000)
    const latest = await task.delay(2)
    expect(latest.deduplicated).toBe(false)
    expect(await latest.state()).toBe('blocked')
    const place = { id: first.id, lane: 'default' }
    await app.redis.del(`${app.keys.job('default', first.id)}:lock`)
    if (how === 'revoke') await app.engine.revoke(place, { reason: 'test' } as never)
    else await app.engine.jobEdits.remove(place)
    expect(await latest.state()).toBe('queued')
    await app.worker()
    expect(await latest.get()).toBe(2)
  })

  test('runs the latest though nobody noticed how the first ended', async () => {
    const task = echo({ keepLatest: true })
    const app = testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    await takeAndVanish(app, 'default', 10_000)
    const latest = await task.delay(2)
    await app.redis.del(app.keys.job('default', first.id))
    await app.redis.zadd(app.keys.claims, 0, ...(await claimsOf(app)))
    const side = await app.side()
    await side.sweepClaims()
    expect(await latest.state()).toBe('queued')
  })
})

describe('many callers at once', () => {
  test('never have two unique jobs of one key at the same time', async () => {
    const running = new Map<number, number>()
    let most = 0
    const run = async (_: RunContext, key: number) => {
      running.set(key, (running.get(key) ?? 0) + 1)
      most = Math.max(most, running.get(key) as number)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      running.set(key, (running.get(key) as number) - 1)
    }
    const task = defineTask({ name: 'exclusive', unique: true }, run)
    const app = testApp(broker, { tasks: [task], config: { queues: { other: {} } } })
    const { events } = await app.worker()
    const clients = [app.client, app.newClient(), app.newClient()]
    const ids = new Set<string>()
    for (let round = 0; round < 100; round++) {
      const queue = round % 2 === 0 ? 'other' : 'default'
      const calls = clients.flatMap((client) => [0, 1].map((key) => client.enqueue('exclusive', [key], { queue })))
      for (const { id } of await Promise.all(calls)) ids.add(id)
    }
    await events.count('job.succeeded', ids.size)
    expect(most).toBe(1)
    expect(events.of('job.succeeded')).toHaveLength(ids.size)
  })

  test('never lose the latest call, and never run two at once', async () => {
    let running = 0
    let most = 0
    let last = 0
    const run = async (_: RunContext, n: number) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      running--
      last = n
    }
    const task = defineTask({ name: 'latest', keepLatest: true }, run)
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    for (let n = 1; n <= 300; n++) await task.delay(n)
    await expect.poll(() => last, { timeout: 10_000 }).toBe(300)
    expect(most).toBe(1)
  })
})

describe('an idempotency key', () => {
  test('makes one job, also after it has ended, and of each task by itself', async () => {
    const task = echo({})
    const other = defineTask({ name: 'other' }, (_, n: number) => -n)
    const app = testApp(broker, { tasks: [task, other] })
    await app.worker()
    const first = await task.applyAsync([1], { idempotencyKey: 'order-1' })
    expect(await first.get()).toBe(1)
    const second = await task.applyAsync([2], { idempotencyKey: 'order-1' })
    expect(second).toMatchObject({ id: first.id, deduplicated: true })
    expect(await second.get()).toBe(1)
    expect(await (await other.applyAsync([3], { idempotencyKey: 'order-1' })).get()).toBe(-3)
    const ttl = await app.redis.pttl(app.keys.claim('call', 'echo:order-1'))
    expect(ttl).toBeGreaterThan(86_000_000)
  })

  test('goes with a rule: the job that stands for the call stands for the key', async () => {
    const task = echo({ unique: true })
    testApp(broker, { tasks: [task] })
    const first = await task.delay(1)
    expect(await task.applyAsync([1], { idempotencyKey: 'k' })).toMatchObject({ id: first.id, deduplicated: true })
    expect(await task.applyAsync([2], { idempotencyKey: 'k' })).toMatchObject({ id: first.id, deduplicated: true })
  })
})
