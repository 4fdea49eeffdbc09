import { describe, expect, test } from 'vitest'
import { Ignore, Reject, Retry, RetryAfter, Snooze } from '../../src/retry/signals.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** A task whose runs throw these, one after the other, and then return how many there were. */
function throwing(options: TaskOptions, ...thrown: (() => unknown)[]) {
  let runs = 0
  const attempts: number[] = []
  const task = defineTask({ name: 'throws', ...options }, ({ request }) => {
    attempts.push(request.attempt)
    const make = thrown[runs++]
    if (make !== undefined) throw make()
    return runs
  })
  return { task, attempts }
}

const FAST = { backoff: { type: 'fixed', delay: 5, jitter: false } } as const
const stored = (app: TestApp, id: string) => app.redis.hgetall(app.keys.job('default', id))

describe('a task that throws', () => {
  test('Retry runs again after its countdown, and the run counts', async () => {
    const { task, attempts } = throwing({ retries: 2 }, () => new Retry({ countdown: 5, cause: new TypeError('once') }))
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    expect(await result.get()).toBe(2)
    expect(attempts).toEqual([1, 2])
    expect(events.of('job.retried')).toMatchObject([
      { id: result.id, delayMs: 5, failure: { name: 'TypeError', message: 'once' } },
    ])
  })

  test('Retry without a retry left is dead, with what led to it', async () => {
    const { task } = throwing({}, () => new Retry({ cause: new TypeError('again') }))
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await rejection((await task.delay()).get())).toMatchObject({
      code: 'TASKQ_JOB_FAILED',
      failure: { name: 'TypeError', message: 'again' },
    })
  })

  test('RetryAfter waits at least so long', async () => {
    const { task } = throwing({ retries: 1, ...FAST }, () => new RetryAfter(300))
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    expect((await events.waitFor('job.retried')).delayMs).toBe(300)
    expect(await result.get()).toBe(2)
  })

  test('Reject is dead at once, its retries unspent', async () => {
    const { task, attempts } = throwing({ retries: 5 }, () => new Reject('no such order'))
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    expect(await rejection(result.get())).toMatchObject({ failure: { name: 'Reject', message: 'no such order' } })
    expect(await result.state()).toBe('failed')
    expect(attempts).toEqual([1])
    expect(events.of('job.retried')).toEqual([])
  })

  test('Reject with requeue comes again, behind what waits, and no attempt is counted', async () => {
    const { task, attempts } = throwing({}, () => new Reject('not on this machine', { requeue: true }))
    const other = defineTask({ name: 'other' }, () => attempts.push(0))
    const app = testApp(broker, { tasks: [task, other], config: { worker: { concurrency: 1 } } })
    const result = await task.delay()
    await other.delay()
    const { events } = await app.worker()
    expect(await result.get()).toBe(2)
    expect(attempts).toEqual([1, 0, 1])
    expect(events.of('job.snoozed')).toMatchObject([{ id: result.id, delayMs: 1000, reason: 'not on this machine' }])
  })

  test('Ignore leaves no trace of its job', async () => {
    const { task } = throwing({}, () => new Ignore())
    const app = testApp(broker, { tasks: [task] })
    const { worker, events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.ignored', ({ id }) => id === result.id)
    expect(await result.state()).toBe('unknown')
    expect(await stored(app, result.id)).toEqual({})
    expect(worker.counts.failed).toBe(0)
  })

  test('Snooze runs again later as often as it likes: no attempt, no failure, no retry spent', async () => {
    const { task, attempts } = throwing(
      {},
      () => new Snooze(5),
      () => new Snooze(5),
      () => new Snooze(200),
    )
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.snoozed', ({ delayMs }) => delayMs === 200)
    expect(await result.state()).toBe('scheduled')
    expect(await result.error()).toBeUndefined()
    expect(await stored(app, result.id)).not.toHaveProperty('failure')
    expect(await result.get()).toBe(4)
    expect(attempts).toEqual([1, 1, 1, 1])
    expect(events.of('job.retried')).toEqual([])
  })

  test('a signal while its worker stops is heard: it says more than that it was told to end', async () => {
    const task = defineTask({ name: 'stops' }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Reject('half of it is done, and the other half must not be')
    })
    const app = testApp(broker, { tasks: [task], config: { worker: { shutdownTimeout: 0 } } })
    const { worker, events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    await worker.stop()
    expect(await result.state()).toBe('failed')
  })
})

describe('what a task throws', () => {
  test.each([
    ['undefined', () => undefined, 'a value that is no Error was thrown: undefined'],
    ['a text', () => 'boom', 'a value that is no Error was thrown: "boom"'],
    ['an object', () => ({ code: 7 }), 'a value that is no Error was thrown: {"code":7}'],
    ['a symbol', () => Symbol('no'), 'a value that is no Error was thrown: Symbol(no)'],
    ['what cannot be read', hostile, 'a value that cannot be read was thrown'],
  ])('is a failure with a message, and retried: %s', async (_, thrown, message) => {
    const { task } = throwing({ retries: 1, ...FAST }, thrown)
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    expect(await (await task.delay()).get()).toBe(2)
    expect(events.of('job.retried')).toMatchObject([{ failure: { name: 'NonError', message } }])
  })

  test('is retried by retryOn, where the error lives', async () => {
    class PaymentError extends Error {}
    const options = { retries: 5, retryOn: [PaymentError], ...FAST }
    const { task, attempts } = throwing(
      options,
      () => new PaymentError('later'),
      () => new TypeError('a bug'),
    )
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    expect(await rejection(result.get())).toMatchObject({ failure: { name: 'TypeError' } })
    expect(attempts).toEqual([1, 2])
  })

  test('is said to be expected where throws names it, and fails all the same', async () => {
    class NotFound extends Error {}
    const { task } = throwing(
      { retries: 1, throws: [NotFound], ...FAST },
      () => new NotFound('1'),
      () => new NotFound('2'),
    )
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    expect(await rejection(result.get())).toMatchObject({ failure: { name: 'NotFound', message: '2' } })
    await events.waitFor('job.dead-lettered')
    expect(events.of('job.retried')).toMatchObject([{ isExpected: true, failure: { name: 'NotFound' } }])
    expect(events.of('job.dead-lettered')).toMatchObject([{ isExpected: true }])
  })
})

function hostile(): unknown {
  const refuse = () => {
    throw new Error('do not touch')
  }
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })
}
