import { describe, expect, test, vi } from 'vitest'
import { JobFailedError } from '../../src/errors/job-failure.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '10s' } as const

describe('get returns what the task did', () => {
  test.each([[undefined], [null], [false], [0], [''], ['text'], [[]], [{ a: { b: ['日'] } }], ['x'.repeat(20_000)]])(
    '%j',
    async (value) => {
      const task = defineTask({ name: 'give' }, () => value)
      const app = testApp(broker, { tasks: [task] })
      const { events } = await app.worker()
      const result = await task.delay()
      const early = result.get(inTime)
      await events.waitFor('job.succeeded')
      expect(await early).toStrictEqual(value)
      expect(await result.get({ timeout: 0 }), 'after the end').toStrictEqual(value)
      expect(await app.newClient().result(result.id).get(inTime), 'by the id').toStrictEqual(value)
    },
  )
})

describe('get fails', () => {
  test('in time, naming the state, and the job goes on', async () => {
    const task = defineTask({ name: 'later' }, () => 'done')
    const app = testApp(broker, { tasks: [task] })
    const result = await task.delay()
    const startedAt = performance.now()
    expect(await rejection(result.get({ timeout: 150 }))).toMatchObject({
      code: 'TASKQ_RESULT_TIMEOUT',
      message: `later (${result.id}): not done after 150ms; its state is queued`,
      hint: expect.stringContaining('worker'),
      data: { jobId: result.id, task: 'later' },
    })
    expect(performance.now() - startedAt).toBeLessThan(1500)
    await app.worker()
    expect(await result.get(inTime)).toBe('done')
  })

  test('with the failure as data: name, message, stack, code, cause', async () => {
    const task = defineTask({ name: 'fails' }, () => {
      const cause = Object.assign(new TypeError('inner'), { code: 'E_INNER' })
      throw Object.assign(new RangeError('outer', { cause }), { code: 42 })
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    const error = await rejection(result.get(inTime))
    expect(error).toBeInstanceOf(JobFailedError)
    expect(error).toMatchObject({
      code: 'TASKQ_JOB_FAILED',
      jobId: result.id,
      message: expect.stringContaining('RangeError: outer'),
      failure: {
        name: 'RangeError',
        message: 'outer',
        code: '42',
        stack: expect.stringContaining('job-result.test.ts'),
        cause: { name: 'TypeError', message: 'inner', code: 'E_INNER' },
      },
    })
    expect(await result.error()).toEqual((error as JobFailedError).failure)
    expect([await result.state(), await result.failed(), await result.successful(), await result.ready()]).toEqual([
      'failed',
      true,
      false,
      true,
    ])
  })

  test('for a task that keeps no result, of which no trace is left', async () => {
    const task = defineTask({ name: 'silent', ignoreResult: true }, () => 'lost')
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_RESULT_IGNORED' })
    await events.waitFor('job.succeeded')
    expect(await result.state()).toBe('unknown')
    expect(await app.redis.exists(app.keys.job('default', result.id))).toBe(0)
  })

  test('for an id that no job has', async () => {
    const app = testApp(broker)
    const result = app.client.result('no-such-id')
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
    expect(await result.state()).toBe('unknown')
    expect(await result.error()).toBeUndefined()
    expect([await result.ready(), await result.successful(), await result.failed()]).toEqual([false, false, false])
    expect(await result.forget()).toBe(false)
  })

  test.each([['short'], ['x'.repeat(20_000)]])('for a result whose time is over (%#)', async (value) => {
    const task = defineTask({ name: 'brief', resultTtl: '1ms' }, () => value)
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.succeeded')
    await vi.waitFor(async () => expect(await result.state()).toBe('unknown'))
    expect(await rejection(result.get())).toMatchObject({
      code: 'TASKQ_RESULT_EXPIRED',
      hint: expect.stringContaining('resultTtl'),
    })
    expect(await result.ready()).toBe(false)
  })

  test('for a timeout that is none', async () => {
    const app = testApp(broker)
    for (const timeout of ['soon', -1, Number.NaN])
      expect(await rejection(app.client.result('x').get({ timeout: timeout as never }))).toMatchObject({
        message: expect.stringMatching(/timeout: expected a duration/),
      })
  })

  test('when the job is forgotten meanwhile', async () => {
    const task = defineTask({ name: 'gone' }, () => 1)
    const app = testApp(broker, { tasks: [task] })
    const result = await task.delay()
    const waiting = rejection(result.get(inTime))
    await app.redis.del(app.keys.job('default', result.id))
    expect(await waiting).toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
  })
})

describe('an AsyncResult', () => {
  test('knows every state on the way', async () => {
    const gate = Promise.withResolvers<void>()
    const task = defineTask({ name: 'slow' }, () => gate.promise)
    const app = testApp(broker, { tasks: [task] })
    const scheduled = await task.applyAsync([], { countdown: '1h' })
    expect(await scheduled.state()).toBe('scheduled')
    const result = await task.delay()
    expect(result.task).toBe('slow')
    expect(await result.state()).toBe('queued')
    const { events } = await app.worker()
    await events.waitFor('job.started')
    expect(await result.state()).toBe('active')
    expect(await result.forget(), 'a job that runs is not forgotten').toBe(false)
    gate.resolve()
    await result.get(inTime)
    expect(await result.state()).toBe('succeeded')
    expect([await result.ready(), await result.successful(), await result.failed()]).toEqual([true, true, false])
  })

  test('forgets result, log and all', async () => {
    const task = defineTask({ name: 'big' }, (ctx) => {
      ctx.log.info('line')
      return 'x'.repeat(20_000)
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    await result.get(inTime)
    expect(await result.forget()).toBe(true)
    const key = app.keys.job('default', result.id)
    expect(await app.redis.exists(key, `${key}:logs`, app.keys.result(result.id))).toBe(0)
    expect(await result.forget()).toBe(false)
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
  })

  test('outlives connections that are cut while it asks', async () => {
    const gate = Promise.withResolvers<void>()
    const task = defineTask({ name: 'slow' }, () => gate.promise.then(() => 'done'))
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const { id } = await task.delay()
    await events.waitFor('job.started')
    const proxy = await proxyTo(broker)
    const nodes = [{ host: '127.0.0.1', port: proxy.port }]
    const client = app.newClient(app.newEngine({ broker: { ...app.broker, nodes } }))
    proxy.loseReply((request) => /hgetall/i.test(request))
    const waiting = client.result(id).get({ timeout: '20s' })
    await vi.waitFor(() => expect(proxy.dropped).toBe(1), 10_000)
    proxy.cut()
    gate.resolve()
    expect(await waiting).toBe('done')
    expect(await client.result(id).state()).toBe('succeeded')
  })
})
