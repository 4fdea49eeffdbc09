import { describe, expect, test, vi } from 'vitest'
import type { AsyncResult } from '../../src/task/async-result.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunContext } from '../../src/task/run-context.js'
import { brokerOfFile, startBroker } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '20s' } as const

async function collect<P>(progress: AsyncIterable<P>): Promise<P[]> {
  const values: P[] = []
  for await (const value of progress) values.push(value)
  return values
}

/** A task that tells a value, and goes on when whoever follows it has seen it. */
function stepping(name: string, values: readonly unknown[], end: () => unknown = () => 'done') {
  const gates = values.map(() => Promise.withResolvers<void>())
  const task = defineTask({ name }, async (ctx) => {
    for (const [index, value] of values.entries()) {
      await ctx.progress(value)
      await gates[index]?.promise
    }
    return end()
  })
  return { task, pass: (index: number) => gates[index]?.resolve() }
}

async function followed(result: AsyncResult, pass: (index: number) => void): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of result.progress(inTime)) {
    values.push(value)
    pass(values.length - 1)
  }
  return values
}

describe('progress()', () => {
  test('tells each value in order, and ends with the job', async () => {
    const values = [0, 0.5, { done: 3, of: 7 }, ['é'], 'text', null, false]
    const { task, pass } = stepping('steps', values)
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    expect(await followed(result, pass)).toEqual(values)
    expect(await result.state()).toBe('succeeded')
  })

  test('may begin before the job does, and begins with what was told last', async () => {
    const { task, pass } = stepping('late', [1, 2])
    const app = testApp(broker, { tasks: [task] })
    const result = await task.delay()
    const early = followed(result, pass)
    await app.worker()
    expect(await early).toEqual([1, 2])
    expect(await collect(app.newClient().result(result.id).progress()), 'after the end, by the id').toEqual([2])
  })

  test('always tells the last value, however fast they come', async () => {
    const task = defineTask({ name: 'fast' }, async (ctx) => {
      for (let step = 1; step <= 500; step++) void ctx.progress(step)
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    const values = (await collect(result.progress(inTime))) as number[]
    expect(values.at(-1)).toBe(500)
    expect(values).toEqual([...values].sort((a, b) => a - b))
    expect(new Set(values).size).toBe(values.length)
  })

  test('tells nothing of a job that told nothing', async () => {
    const task = defineTask({ name: 'quiet' }, () => 1)
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await collect((await task.delay()).progress(inTime))).toEqual([])
  })

  test('goes on over the retries of a job, and ends when it fails for good', async () => {
    const task = defineTask({ name: 'fails', retries: 1, backoff: { type: 'fixed', delay: 50 } }, async (ctx) => {
      await ctx.progress(ctx.request.attempt)
      throw new Error('no')
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    expect((await collect(result.progress(inTime))).at(-1)).toBe(2)
    expect(await result.state()).toBe('dead')
  })

  test('ends when the job is revoked before it ran', async () => {
    const task = defineTask({ name: 'never' }, () => 1)
    testApp(broker, { tasks: [task] })
    const result = await task.delay()
    const following = collect(result.progress(inTime))
    expect(await result.revoke({ reason: 'no need' })).toBe('removed')
    expect(await following).toEqual([])
    expect(await result.error()).toMatchObject({ message: expect.stringContaining('no need') })
  })

  test('tells the last value of a job that was dropped at its end', async () => {
    const gate = Promise.withResolvers<void>()
    const task = defineTask({ name: 'dropped', ignoreResult: true }, async (ctx) => {
      await ctx.progress('first')
      await gate.promise
      await ctx.progress('last')
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const values: unknown[] = []
    for await (const value of (await task.delay()).progress(inTime)) {
      values.push(value)
      gate.resolve()
    }
    expect(values).toEqual(['first', 'last'])
  })
})

describe('following a job', () => {
  test('tells values of other types than JSON has, where they may travel', async () => {
    const at = new Date('2026-12-24T18:00:00Z')
    const { task, pass } = stepping('typed', [{ at }, new Map([['left', 3n]])])
    const app = testApp(broker, { tasks: [task], config: { codec: { types: true } } })
    await app.worker()
    expect(await followed(await task.delay(), pass)).toEqual([{ at }, new Map([['left', 3n]])])
  })

  test('stops cleanly where the loop is left: nobody is listened to any more', async () => {
    const { task } = stepping('left', [1, 2])
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    const { finish } = app.engine
    const follow = finish.follow.bind(finish)
    const forgotten = vi.fn()
    vi.spyOn(finish, 'follow').mockImplementation(async (...given) => {
      const forget = await follow(...given)
      return () => {
        forget()
        forgotten()
      }
    })
    for await (const value of result.progress()) {
      expect(value).toBe(1)
      expect(forgotten).not.toHaveBeenCalled()
      break
    }
    expect(forgotten).toHaveBeenCalled()
  })

  test('ends without an error when its signal is aborted', async () => {
    const task = defineTask({ name: 'waits' }, () => 1)
    testApp(broker, { tasks: [task] })
    const result = await task.delay()
    const stop = new AbortController()
    const following = collect(result.progress({ signal: stop.signal }))
    stop.abort()
    expect(await following).toEqual([])
    expect(await collect(result.progress({ signal: AbortSignal.abort() }))).toEqual([])
  })

  test('fails in time, and for what it cannot follow', async () => {
    const task = defineTask({ name: 'waits' }, () => 1)
    const app = testApp(broker, { tasks: [task] })
    const result = await task.delay()
    expect(await rejection(collect(result.progress({ timeout: 50 })))).toMatchObject({
      code: 'TASKQ_RESULT_TIMEOUT',
      message: expect.stringContaining('its state is queued'),
    })
    expect(await rejection(collect(app.client.result('no-such-id').progress()))).toMatchObject({
      code: 'TASKQ_RESULT_UNKNOWN',
    })
    expect(() => result.progress({ timeout: 'soon' as never })).toThrow(/progress: timeout: expected a duration/)
  })

  test('survives an outage of the broker', async () => {
    const own = await startBroker()
    const { task, pass } = stepping('steady', [1, 2])
    const app = testApp(own, { tasks: [task] })
    app.onClose(() => own.stop())
    const proxy = await proxyTo(own)
    const nodes = [{ host: '127.0.0.1', port: proxy.port }]
    const away = app.newClient(app.newEngine({ broker: { ...app.broker, nodes }, timeoutMs: 300 }))
    await app.worker()
    const { id } = await task.delay()
    const values: unknown[] = []
    for await (const value of away.result(id).progress(inTime)) {
      values.push(value)
      if (value !== 1) continue
      proxy.mode = 'refuse'
      proxy.cut()
      pass(0)
      setTimeout(() => {
        proxy.mode = 'pass'
        pass(1)
      }, 1500)
    }
    expect(values).toEqual([1, 2])
  })
})

describe('logs()', () => {
  test('tells what was logged, of all runs or of one', async () => {
    const task = defineTask({ name: 'logs', retries: 1, backoff: { type: 'fixed', delay: 0 } }, (ctx: RunContext) => {
      ctx.log.warn({ nth: ctx.request.attempt }, 'hello')
      ctx.log.debug('plain')
      if (ctx.request.attempt === 1) throw new Error('again')
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    await result.get(inTime)
    const lines = await result.logs()
    expect(lines.map(({ attempt, level, message }) => [attempt, level, message])).toEqual([
      [1, 'warn', 'hello'],
      [1, 'debug', 'plain'],
      [2, 'warn', 'hello'],
      [2, 'debug', 'plain'],
    ])
    expect(await result.logs({ attempt: 2 })).toEqual([
      { time: expect.any(Date), level: 'warn', attempt: 2, message: 'hello', fields: { nth: 2 } },
      { time: expect.any(Date), level: 'debug', attempt: 2, message: 'plain' },
    ])
    expect(await app.client.result('no-such-id').logs()).toEqual([])
  })
})

describe('retry()', () => {
  test('runs a job again that failed for good, with fresh attempts', async () => {
    let runs = 0
    const task = defineTask({ name: 'again' }, () => {
      if (++runs === 1) throw new Error('no')
      return runs
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.dead-lettered')
    expect(await result.retry()).toBe(true)
    expect(await result.get(inTime)).toBe(2)
    expect(await result.retry(), 'it succeeded').toBe(false)
    expect(await app.client.result('no-such-id').retry()).toBe(false)
  })
})
