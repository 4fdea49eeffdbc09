import { describe, expect, test, vi } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { map } from '../../../src/canvas/map.js'
import { BaseTask } from '../../../src/task/base-task.js'
import { defineTask } from '../../../src/task/define-task.js'
import { findTask } from '../../../src/task/registry.js'
import { Task } from '../../../src/task/task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const one = { worker: { concurrency: 1 } }

const add = () => defineTask({ name: 'add' }, async (_ctx, a: number, b: number) => a + b)

describe('a run that is replaced', () => {
  test('ends its job with what the workflow comes to, and holds no slot meanwhile', async () => {
    const sum = add()
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow' }, async (_ctx, n: number) => {
      asked.resolve()
      await go.promise
      return n
    })
    let runs = 0
    const outer = defineTask({ name: 'outer' }, async (ctx, n: number): Promise<number> => {
      runs++
      return ctx.replace(chain(slow.s(n), sum.s(1)))
    })
    const app = testApp(broker, { tasks: [sum, slow, outer], config: one })
    const { events } = await app.worker()
    const result = await outer.delay(41)
    await asked.promise
    expect(await result.state()).toBe('blocked')
    go.resolve()
    expect(await result.get()).toBe(42)
    expect(runs).toBe(1)
    expect(events.of('job.replaced')).toMatchObject([{ id: result.id, workflow: expect.stringMatching(/^w_/) }])
    expect(events.of('job.started').filter(({ id }) => id === result.id)).toHaveLength(1)
    expect(events.of('job.succeeded').filter(({ id }) => id === result.id)).toHaveLength(1)
  })

  test('passes the result on where its job is a part of a workflow', async () => {
    const sum = add()
    const total = defineTask({ name: 'total' }, async (_ctx, all: number[]) =>
      all.reduce((one, other) => one + other, 0),
    )
    const outer = defineTask(
      { name: 'outer', ignoreResult: true },
      async (ctx, n: number): Promise<number> => ctx.replace(sum.s(n, 10)),
    )
    const app = testApp(broker, { tasks: [sum, total, outer], config: one })
    await app.worker()
    expect(await (await chain(outer.s(1), sum.s(100)).delay()).get()).toBe(111)
    expect(await (await chain(group(outer.s(1), outer.s(2)), total.s()).delay()).get()).toBe(23)
  })

  test('fails with the root cause of the workflow', async () => {
    const broken = defineTask({ name: 'broken' }, async (_ctx): Promise<number> => {
      throw new TypeError('no such order')
    })
    const outer = defineTask({ name: 'outer', retries: 3 }, async (ctx): Promise<number> => ctx.replace(broken.s()))
    const app = testApp(broker, { tasks: [broken, outer] })
    await app.worker()
    const result = await outer.delay()
    expect(await rejection(result.get())).toMatchObject({
      failure: { message: expect.stringContaining('no such order') },
    })
    expect(await result.failed()).toBe(true)
  })

  test('makes the workflow anew where that failed and the job is run again', async () => {
    let runs = 0
    const flaky = defineTask({ name: 'flaky' }, async (_ctx) => {
      if (++runs === 1) throw new Error('not yet')
      return 'done'
    })
    const outer = defineTask({ name: 'outer' }, async (ctx): Promise<string> => ctx.replace(flaky.s()))
    const app = testApp(broker, { tasks: [flaky, outer] })
    await app.worker()
    const result = await outer.delay()
    await rejection(result.get())
    expect(await result.retry()).toBe(true)
    expect(await result.get()).toBe('done')
  })

  test('may be replaced by what is replaced itself, and be of a class', async () => {
    class Countdown extends BaseTask {
      async run(n: number): Promise<string> {
        return n === 0 ? 'liftoff' : this.replace(Countdown.s(n - 1))
      }
    }
    Task()(Countdown)
    const definition = findTask('Countdown')
    if (definition === undefined) throw new Error('not registered')
    const app = testApp(broker, { tasks: [{ definition }], config: one })
    await app.worker()
    expect(await (await Countdown.delay(4)).get()).toBe('liftoff')
  })

  test('is ended by a revoke of its job, and its workflow with it', async () => {
    const never = defineTask({ name: 'never', queue: 'nobody' }, async () => 'x')
    const outer = defineTask({ name: 'outer' }, async (ctx): Promise<string> => ctx.replace(never.s()))
    const app = testApp(broker, { tasks: [never, outer] })
    const { events } = await app.worker({ queues: ['default'] })
    const result = await outer.delay()
    await events.waitFor('job.replaced')
    await result.revoke({ reason: 'enough' })
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_JOB_REVOKED' })
    const [replaced] = events.of('job.replaced')
    const workflow = app.client.result(replaced?.workflow ?? '')
    await vi.waitFor(async () => expect(await workflow.state()).toBe('revoked'), { timeout: 15_000, interval: 100 })
    const part = app.client.result(`${workflow.id}~0`)
    await vi.waitFor(async () => expect(await part.state()).toBe('revoked'), { timeout: 15_000, interval: 100 })
  }, 30_000)

  test('cannot be one of many calls', async () => {
    const sum = add()
    const outer = defineTask({ name: 'outer' }, async (ctx, n: number): Promise<number> => ctx.replace(sum.s(n, 1)))
    const app = testApp(broker, { tasks: [sum, outer] })
    await app.worker()
    const error = await rejection((await map(outer, [1]).delay()).get())
    expect(error).toMatchObject({ failure: { code: 'TASKQ_WORKFLOW_INVALID' } })
  })
})
