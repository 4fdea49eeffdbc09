import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('taskId', () => {
  test('names the job, and a second call with the same gets the first', async () => {
    const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
    const app = testApp(broker, { tasks: [add] })
    const calls = [add.applyAsync([1, 1], { taskId: 'sum' }), add.applyAsync([2, 2], { taskId: 'sum' })]
    const [first, second] = await Promise.all(calls)
    expect([first?.id, second?.id]).toEqual(['u_sum', 'u_sum'])
    expect([first?.deduplicated, second?.deduplicated]).toEqual([false, true])
    const elsewhere = await app.newClient().enqueue('add', [3, 3], { taskId: 'sum' })
    expect(elsewhere.deduplicated).toBe(true)
    await app.worker()
    expect(await second?.get({ timeout: '10s' })).toBe(2)
    const afterwards = await add.applyAsync([4, 4], { taskId: 'sum' })
    expect([afterwards.deduplicated, await afterwards.get()]).toEqual([true, 2])
    await afterwards.forget()
    const anew = await add.applyAsync([5, 5], { taskId: 'sum' })
    expect([anew.deduplicated, await anew.get({ timeout: '10s' })]).toEqual([false, 10])
  })

  test('goes with countdown and priority', async () => {
    const task = defineTask({ name: 'named' }, () => {})
    const app = testApp(broker, { tasks: [task], config: { queues: { default: { priorities: true } } } })
    for (const options of [{ countdown: '1h' }, { priority: 3 }] as const) {
      const taskId = Object.keys(options).join()
      expect((await task.applyAsync([], { taskId, ...options })).deduplicated).toBe(false)
      expect((await task.applyAsync([], { taskId, ...options })).deduplicated).toBe(true)
    }
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 1, scheduled: 1 }])
  })

  test('names one job over all queues, wherever it is', async () => {
    const task = defineTask({ name: 'add' }, (_, n: number) => n)
    const limited = defineTask({ name: 'limited', rateLimit: '100/s' }, (_, n: number) => n)
    const app = testApp(broker, { tasks: [task, limited], config: { queues: { other: {} } } })
    const first = await task.applyAsync([1], { taskId: 'a', queue: 'other' })
    const second = await task.applyAsync([2], { taskId: 'a' })
    const third = await limited.applyAsync([3], { taskId: 'a' })
    expect([first, second, third].map(({ id, deduplicated }) => [id, deduplicated])).toEqual([
      ['u_a', false],
      ['u_a', true],
      ['u_a', true],
    ])
    await app.worker()
    expect(await Promise.all([second.get(), third.get()])).toEqual([1, 1])
  })

  test.each(['a:b', '', 'a b', 'x'.repeat(129), 5])('is refused as %j', async (taskId) => {
    const task = defineTask({ name: 'named' }, () => {})
    testApp(broker, { tasks: [task] })
    expect(await rejection(task.applyAsync([], { taskId: taskId as string }))).toMatchObject({
      code: 'TASKQ_ENQUEUE_OPTION_INVALID',
      message: expect.stringMatching(/^named: taskId: expected an id/),
    })
  })
})

describe('delayMany', () => {
  test('enqueues what an iterable yields, and counts what another job stands for', async () => {
    const done: number[] = []
    const task = defineTask({ name: 'many', unique: true }, (_, n: number) => void done.push(n))
    const app = testApp(broker, { tasks: [task] })
    const calls = function* (): Generator<[number]> {
      for (let n = 0; n < 120; n++) yield [n % 100]
    }
    const seen: number[] = []
    const counts = await task.delayMany(calls(), { chunk: 50, onProgress: ({ enqueued }) => seen.push(enqueued) })
    expect(counts).toEqual({ enqueued: 100, deduplicated: 20 })
    expect(seen).toEqual([50, 100, 100])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 100 }])
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(done.length).toBe(100)
  })

  test('says where it ended when the broker goes away', async () => {
    const task = defineTask({ name: 'many' }, (_, _n: number) => {})
    testApp(broker, { tasks: [task], config: { enqueueTimeout: '300ms' } })
    const calls = async function* (): AsyncGenerator<[number]> {
      for (let n = 0; n < 100; n++) {
        if (n === 40) await broker.stop()
        yield [n]
      }
    }
    const error = await rejection(task.delayMany(calls(), { chunk: 20 }))
    await broker.restart()
    const { code, data } = error as { code: string; data: { failed: number[]; next: number; enqueued: number } }
    expect(code).toMatch(/^TASKQ_ENQUEUE_(NOT_SENT|UNKNOWN)$/)
    expect(data.enqueued + data.failed.length).toBe(data.next)
  })
})

describe('a key of a call', () => {
  test('is warned of, once per task, where no limit is divided by it', async () => {
    const free = defineTask({ name: 'free' }, () => {})
    const whole = defineTask({ name: 'whole', rateLimit: '1/s' }, () => {})
    const divided = defineTask({ name: 'divided', maxConcurrency: 1, concurrencyKey: () => 'k' }, () => {})
    const app = testApp(broker, { tasks: [whole, divided] })
    for (let n = 0; n < 2; n++) {
      await free.applyAsync([], { concurrencyKey: 'x' })
      await whole.applyAsync([], { rateKey: 'x' })
      await divided.applyAsync([], { concurrencyKey: 'x' })
    }
    const noEffect = (task: string, key: string) =>
      `${task}: ${key} of a call has no effect: the task has no ${key}; give it one, or leave that of the call out`
    expect(app.warnings).toEqual([noEffect('free', 'concurrencyKey'), noEffect('whole', 'rateKey')])
    await app.worker()
    forgetTasks()
    const client = app.newClient()
    app.warnings.length = 0
    await client.enqueue('divided', [], { concurrencyKey: 'x' })
    await client.enqueue('nobody.knows', [], { concurrencyKey: 'x' })
    await client.enqueue('divided', [], { rateKey: 'x' })
    expect(app.warnings.filter((line) => line.includes('no effect'))).toEqual([noEffect('divided', 'rateKey')])
  })
})

describe('a priority', () => {
  test('is warned of, once per task, where its queue has none', async () => {
    const task = defineTask({ name: 'urgent', priority: 9 }, () => {})
    const app = testApp(broker, { tasks: [task] })
    await task.delay()
    await task.delay()
    expect(app.warnings).toEqual([
      'urgent: its priority has no effect in the queue default; set queues.default.priorities: true in the config',
    ])
  })

  test('of the call wins over that of taskOptions, of the task, of the route', async () => {
    const names = ['called', 'configured', 'own', 'routed', 'none']
    const tasks = names.map((name) => defineTask({ name, ...(name === 'own' && { priority: 3 }) }, () => {}))
    const app = testApp(broker, {
      tasks,
      config: {
        queues: { q: { priorities: true } },
        routes: [['*', { queue: 'q', priority: 2 }]],
        taskOptions: { configured: { priority: 4 }, called: { priority: 4 } },
      },
    })
    const plan = (task: string, options = {}) => app.client.plan({ id: 'j', task, args: [], options })
    expect((await plan('called', { priority: 5 })).priority).toBe(5)
    expect((await plan('configured')).priority).toBe(4)
    expect((await plan('own')).priority).toBe(3)
    expect((await plan('routed')).priority).toBe(2)
  })

  test('says in which order jobs run, also of retries and of those that waited for their time', async () => {
    const order: string[] = []
    const failing = new Set(['retried 8'])
    const task = defineTask(
      { name: 'ordered', retries: 1, backoff: { type: 'fixed', delay: 50, jitter: 0 } },
      async (_, name: string) => {
        if (failing.delete(name)) throw new Error('once more')
        order.push(name)
      },
    )
    const hold = defineTask({ name: 'hold', priority: 9 }, () => new Promise((resolve) => setTimeout(resolve, 500)))
    const app = testApp(broker, {
      tasks: [task, hold],
      config: { queues: { default: { priorities: true } }, worker: { concurrency: 1 } },
    })
    await task.applyAsync(['retried 8'], { priority: 8 })
    const { events } = await app.worker()
    await events.waitFor('job.retried')
    const holding = await hold.delay()
    for (const priority of [0, 5, 9, 2]) await task.applyAsync([`queued ${priority}`], { priority })
    await task.delay('queued none')
    await task.applyAsync(['delayed 7'], { priority: 7, countdown: 20 })
    const last = await task.applyAsync(['queued 0 again'], { priority: 0 })
    await holding.get({ timeout: '10s' })
    await last.get({ timeout: '10s' })
    expect(order).toEqual([
      'queued 9',
      'retried 8',
      'delayed 7',
      'queued 5',
      'queued 2',
      'queued 0',
      'queued none',
      'queued 0 again',
    ])
  })
})

describe('taskOptions', () => {
  test('limit a task that its code does not limit, for client and worker alike', async () => {
    const task = defineTask({ name: 'free' }, () => 'ran')
    const config = { taskOptions: { free: { rateLimit: '100/s' } } } as const
    const app = testApp(broker, { tasks: [task], config })
    await app.worker()
    const result = await task.delay()
    expect(await result.get({ timeout: '10s' })).toBe('ran')
    expect((await app.engine.jobs.find(result.id))?.lane).toBe('default~free')
    expect((await app.engine.knownTasks()).get('free')).toMatchObject({ limited: true })
  })

  test('also those of the code, are known to who has no code: what priority and how long', async () => {
    const task = defineTask({ name: 'told', priority: 6, expires: '1h' }, () => {})
    const app = testApp(broker, { tasks: [task], config: { queues: { default: { priorities: true } } } })
    await app.worker()
    forgetTasks('told')
    const { priority, data } = await app.newClient().plan({ id: 'j', task: 'told', args: [], options: {} })
    expect(priority).toBe(6)
    expect(JSON.parse(data)).toHaveProperty('expiresAt')
    await app.redis.hset(app.keys.tasks, 'told', JSON.stringify({ queue: 'default', priority: 'x', expiresMs: {} }))
    const hostile = await app.newClient().plan({ id: 'j', task: 'told', args: [], options: {} })
    expect(hostile.priority).toBe(0)
  })

  test('name queues that are known: no warning of a slip of the pen', async () => {
    const task = defineTask({ name: 'moved' }, () => {})
    const app = testApp(broker, { tasks: [task], config: { taskOptions: { moved: { queue: 'elsewhere' } } } })
    await task.delay()
    await app.client.close()
    expect(app.warnings).toEqual([])
  })

  test('hold for producers and workers, also where the producer has no code', async () => {
    let runs = 0
    const task = defineTask({ name: 'reports.Daily' }, () => {
      if (++runs < 3) throw new Error('not yet')
      return 'done'
    })
    const app = testApp(broker, {
      tasks: [task],
      config: {
        taskOptions: {
          'reports.*': { queue: 'reports', retries: 2, backoff: { type: 'fixed', delay: 1 }, expires: '1h' },
        },
      },
    })
    await app.worker()
    expect(await (await task.delay()).get({ timeout: '10s' })).toBe('done')
    forgetTasks('reports.Daily')
    const planned = await app.newClient().plan({ id: 'j', task: 'reports.Daily', args: [], options: {} })
    expect(planned.lane).toBe('reports')
    expect(JSON.parse(planned.data)).toHaveProperty('expiresAt')
  })
})
