import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chain } from '../../../src/canvas/chain.js'
import { map, starmap } from '../../../src/canvas/map.js'
import { JobFailedError } from '../../../src/errors/job-failure.js'
import { defineTask } from '../../../src/task/define-task.js'
import { partId } from '../../../src/task/names.js'
import { forgetTasks } from '../../../src/task/registry.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const double = () => defineTask({ name: 'double' }, async (_ctx, n: number) => n * 2)

describe('a job of many calls', () => {
  test('calls its task for each item, one after the other, in one run', async () => {
    let running = 0
    const square = defineTask({ name: 'square' }, async (_ctx, n: number) => {
      expect(++running).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return n * n
    })
    const app = testApp(broker, { tasks: [square] })
    const { events } = await app.worker()
    const result = await map(square, [3, 1, 2]).delay()
    expect(await result.get()).toEqual([9, 1, 4])
    expect(events.of('job.started')).toHaveLength(1)
  })

  test('gives each call its own list of arguments', async () => {
    const power = defineTask({ name: 'power' }, (_ctx, base: number, exponent: number) => base ** exponent)
    const app = testApp(broker, { tasks: [power] })
    await app.worker()
    const result = await starmap(power, [
      [2, 3],
      [3, 2],
    ]).delay()
    expect(await result.get()).toEqual([8, 9])
  })

  test('of nothing comes to nothing', async () => {
    const task = double()
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await (await map(task, []).delay()).get()).toEqual([])
  })

  test('takes its list from what comes before it', async () => {
    const task = double()
    const numbers = defineTask({ name: 'numbers' }, (_ctx, count: number) => Array.from({ length: count }, (_, n) => n))
    const app = testApp(broker, { tasks: [task, numbers] })
    await app.worker()
    expect(await (await chain(numbers.s(4), map(task)).delay()).get()).toEqual([0, 2, 4, 6])
  })

  test('calls the hooks of its task around each call', async () => {
    const heard: unknown[] = []
    const task = defineTask({ name: 'hooked' }, (_ctx, n: number) => n + 1, {
      beforeStart: (_ctx, args) => void heard.push(['before', args]),
      onSuccess: (_ctx, result, args) => void heard.push(['success', result, args]),
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    await (await map(task, [1, 5]).delay()).get()
    expect(heard).toEqual([
      ['before', [1]],
      ['success', 2, [1]],
      ['before', [5]],
      ['success', 6, [5]],
    ])
  })

  test('fails with the first call that does, and begins anew with the next run', async () => {
    const calls: number[] = []
    const failed: unknown[] = []
    const options = { name: 'flaky', retries: 1, backoff: { delay: 1 } } as const
    const flaky = defineTask(
      options,
      (ctx, n: number) => {
        calls.push(n)
        if (n === 2 && ctx.request.attempt === 1) throw new Error('not yet')
        return n
      },
      { onRetry: (_ctx, error, args) => void failed.push([error.message, args]) },
    )
    const app = testApp(broker, { tasks: [flaky] })
    await app.worker()
    expect(await (await map(flaky, [1, 2, 3]).delay()).get()).toEqual([1, 2, 3])
    expect(calls).toEqual([1, 2, 1, 2, 3])
    expect(failed).toEqual([['not yet', [2]]])
  })

  test('is not run where one of its items does not pass the schema of its task', async () => {
    const calls: number[] = []
    const even = defineTask(
      { name: 'even', schema: z.tuple([z.number().multipleOf(2)]) },
      (_ctx, n: number) => void calls.push(n),
    )
    const numbers = defineTask({ name: 'numbers' }, () => [2, 3])
    const app = testApp(broker, { tasks: [even, numbers] })
    await app.worker()
    const error = await rejection((await chain(numbers.s(), map(even)).delay()).get())
    expect(error).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_INVALID' } })
    expect(calls).toEqual([])
  })

  test('fails at once where its argument is no list', async () => {
    const task = double()
    const text = defineTask({ name: 'text' }, (): number[] => 'text' as never)
    const app = testApp(broker, { tasks: [task, text] })
    await app.worker()
    const error = await rejection((await chain(text.s(), map(task)).delay()).get())
    expect(error).toBeInstanceOf(JobFailedError)
    expect(error).toMatchObject({ failure: { message: 'double: map takes one list, got "text"' } })
  })

  test('brings the arguments of each call up to date', async () => {
    const before = defineTask({ name: 'greet' }, (_ctx, name: string) => name)
    const app = testApp(broker, { tasks: [before] })
    const result = await map(before, ['ada', 'bob']).delay()
    forgetTasks('greet')
    const migrate = { 1: ([name]: readonly unknown[]) => [name, 'hello'] }
    const now = defineTask(
      { name: 'greet', version: 2, migrate },
      (_ctx, name: string, word: string) => `${word} ${name}`,
    )
    await app.worker({ tasks: [now] })
    expect(await result.get()).toEqual(['hello ada', 'hello bob'])
  })

  test('ends between two calls where it is revoked', async () => {
    const calls: number[] = []
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const task = defineTask({ name: 'slow' }, async (_ctx, n: number) => {
      calls.push(n)
      begun.resolve()
      await go.promise
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await map(task, [1, 2, 3]).delay()
    await begun.promise
    await app.client.result(partId(result.id, 0)).revoke({ reason: 'enough' })
    await app.engine.revokes.end(partId(result.id, 0), { reason: 'enough' })
    setTimeout(go.resolve, 200)
    expect(await events.waitFor('job.revoked')).toMatchObject({ reason: 'enough' })
    expect(calls).toEqual([1])
  })
})
