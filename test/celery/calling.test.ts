import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { serve } from './serve.js'

// The examples of the chapter "Calling Tasks" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/calling.html). Linking (link and link_error) is in
// canvas-signatures.test.ts, beside the canvas.
// Without a twin is the choice of a pickle or YAML serializer, an exchange and a connection for one call.

const broker = brokerOfFile()

const adding = () => defineTask({ name: 'add' }, (_, x: number, y: number) => x + y)

describe('Basics', () => {
  test('delay(arg, kwarg=value) is applyAsync((arg,), {…}): named arguments are an object', async () => {
    const task = defineTask({ name: 'task' }, (_, arg1: number, arg2: number, named: { kwarg1: string }) => [
      arg1,
      arg2,
      named.kwarg1,
    ])
    await serve(broker, task)
    const calls = [
      task.delay(1, 2, { kwarg1: 'x' }),
      task.applyAsync([1, 2, { kwarg1: 'x' }]),
      task.s(1, 2, { kwarg1: 'x' }).applyAsync(),
    ]
    for (const result of await Promise.all(calls)) expect(await result.get()).toEqual([1, 2, 'x'])
  })

  test('Quick Cheat Sheet: countdown, eta, expires', async () => {
    const task = adding()
    const app = testApp(broker, { tasks: [task] })
    const inTenSeconds = new Date(Date.now() + 10_000)
    const inTwoDays = new Date(Date.now() + 2 * 86_400_000)
    const results = await Promise.all([
      task.applyAsync([2, 2], { countdown: '10s' }),
      task.applyAsync([2, 2], { eta: inTenSeconds }),
      task.applyAsync([2, 2], { countdown: '60s', expires: '120s' }),
      task.applyAsync([2, 2], { countdown: '60s', expires: inTwoDays }),
    ])
    for (const result of results) expect(await result.state()).toBe('scheduled')
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ scheduled: 4 }])
  })

  test('a task that is not registered here is called by its name, by send_task', async () => {
    const { app } = await serve(broker, adding())
    expect(await (await app.newClient().enqueue('add', [2, 2])).get()).toBe(4)
  })
})

test('On message: progress is followed while it is made', async () => {
  const hello = defineTask({ name: 'hello' }, async (ctx, a: number, b: number) => {
    await ctx.progress({ progress: 50 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await ctx.progress({ progress: 90 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    return `hello world: ${a + b}`
  })
  await serve(broker, hello)
  const result = await hello.delay(2, 2)
  const seen: unknown[] = []
  for await (const progress of result.progress()) seen.push(progress)
  expect(seen.at(-1)).toEqual({ progress: 90 })
  expect(await result.get()).toBe('hello world: 4')
})

describe('ETA and Countdown', () => {
  test('countdown: the result takes at least as long', async () => {
    const task = adding()
    await serve(broker, task)
    const startedAt = Date.now()
    const result = await task.applyAsync([2, 2], { countdown: 300 })
    expect(await result.get()).toBe(4)
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290)
  })

  test('eta: a Date, tomorrow', async () => {
    const task = adding()
    const app = testApp(broker, { tasks: [task] })
    const tomorrow = new Date(Date.now() + 86_400_000)
    const { delayMs } = await app.client.plan({ id: 'j', task: 'add', args: [2, 2], options: { eta: tomorrow } })
    expect(Math.abs(delayMs - 86_400_000)).toBeLessThan(1000)
  })

  test('an ETA days ahead is no trap: no worker holds it, however long its locks are', async () => {
    const task = adding()
    const { app, events } = await serve(broker, task)
    const result = await task.applyAsync([2, 2], { countdown: '30d' })
    expect(await (await task.delay(1, 1)).get()).toBe(2)
    expect(await result.state()).toBe('scheduled')
    expect(events.of('job.started')).toHaveLength(1)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ scheduled: 1, active: 0 }])
  })
})

test('Expiration: expires=60, or at a time; a worker that gets it later does not run it', async () => {
  const task = adding()
  const app = testApp(broker, { tasks: [task] })
  const inTime = await task.applyAsync([10, 10], { expires: '60s' })
  const tomorrow = await task.applyAsync([10, 10], { expires: new Date(Date.now() + 86_400_000) })
  const late = await task.applyAsync([10, 10], { expires: 20 })
  await new Promise((resolve) => setTimeout(resolve, 40))
  await app.worker()
  expect([await inTime.get(), await tomorrow.get()]).toEqual([20, 20])
  expect(await rejection(late.get())).toMatchObject({ failure: { code: 'TASKQ_JOB_EXPIRED' } })
  expect(await late.state()).toBe('expired')
})

describe('Message Sending Retry', () => {
  test('a connection that is lost is tried again, for as long as enqueueTimeout says, and no job comes twice', async () => {
    const runs: number[] = []
    const task = defineTask({ name: 'add' }, (_, x: number, y: number) => {
      runs.push(x)
      return x + y
    })
    const app = testApp(broker, { tasks: [task] })
    await task.delay(0, 0)
    await broker.stop()
    const calling = task.delay(2, 2)
    await broker.restart()
    const result = await calling
    await app.worker({ options: { concurrency: 1 } })
    expect(await result.get()).toBe(4)
    expect(await (await task.delay(3, 3)).get()).toBe(6)
    expect(runs.filter((x) => x === 2)).toHaveLength(1)
  })

  test('Connection Error Handling: a call says that the job does not exist', async () => {
    const task = adding()
    testApp(broker, { tasks: [task], config: { enqueueTimeout: '100ms' } })
    await broker.stop()
    const error = await rejection(task.delay(2, 2))
    await broker.restart()
    expect(error).toMatchObject({ code: 'TASKQ_ENQUEUE_NOT_SENT' })
  })
})

test('Serializers: what JSON would change is refused, unless the task takes types', async () => {
  const plain = defineTask({ name: 'plain' }, (_, at: Date) => at.getTime())
  const typed = defineTask({ name: 'typed', codec: { types: true } }, (_, at: Date) => new Date(at.getTime() + 1))
  await serve(broker, plain, typed)
  expect(await rejection(plain.delay(new Date(0)))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
  expect(await (await typed.delay(new Date(0))).get()).toEqual(new Date(1))
})

test('Compression: a task compresses what is large', async () => {
  const length = defineTask({ name: 'length', codec: { compress: true } }, (_, text: string) => text.length)
  const { app } = await serve(broker, length)
  const text = 'long '.repeat(5000)
  const { data } = await app.client.plan({ id: 'j', task: 'length', args: [text], options: {} })
  expect(data.length).toBeLessThan(text.length / 10)
  expect(await (await length.delay(text)).get()).toBe(25_000)
})

test('Connections: many calls share one by themselves', async () => {
  const task = adding()
  await serve(broker, task)
  const numbers: [number, number][] = [
    [2, 2],
    [4, 4],
    [8, 8],
    [16, 16],
  ]
  const results = await Promise.all(numbers.map(([x, y]) => task.delay(x, y)))
  expect(await Promise.all(results.map((result) => result.get()))).toEqual([4, 8, 16, 32])
  expect(await task.delayMany(numbers)).toEqual({ enqueued: 4, deduplicated: 0 })
})

describe('Routing options', () => {
  test('queue: jobs of one queue go to the workers that serve it', async () => {
    const task = adding()
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker({ queues: ['default', 'priority.high'] })
    const result = await task.applyAsync([2, 2], { queue: 'priority.high' })
    expect(await result.get()).toBe(4)
    expect(events.of('job.succeeded')).toMatchObject([{ queue: 'priority.high' }])
  })

  test('priority: 9 goes first', async () => {
    const order: number[] = []
    const task = defineTask({ name: 'note' }, (_, n: number) => void order.push(n))
    const app = testApp(broker, {
      tasks: [task],
      config: { queues: { default: { priorities: true } }, worker: { concurrency: 1 } },
    })
    for (const priority of [0, 9, 5]) await task.applyAsync([priority], { priority })
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(order).toEqual([9, 5, 0])
  })

  test('headers travel with the message', async () => {
    const task = defineTask({ name: 'headers' }, (ctx) => ctx.request.headers)
    await serve(broker, task)
    expect(await (await task.applyAsync([], { headers: { tenant: 'acme', beta: true } })).get()).toEqual({
      tenant: 'acme',
      beta: true,
    })
  })
})

test('Results options: ignore_result for one call; get() says so instead of giving None', async () => {
  const task = adding()
  const { events } = await serve(broker, task)
  const kept = await task.applyAsync([1, 2], { ignoreResult: false })
  expect(await kept.get()).toBe(3)
  const ignored = await task.applyAsync([1, 2], { ignoreResult: true })
  expect(await rejection(ignored.get())).toMatchObject({ code: 'TASKQ_RESULT_IGNORED' })
  await events.count('job.succeeded', 2)
  await expect.poll(() => ignored.state()).toBe('unknown')
})
