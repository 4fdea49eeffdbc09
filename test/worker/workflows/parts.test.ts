import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import type { JobRequest } from '../../../src/task/run-context.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const add = () => defineTask({ name: 'add' }, async (_ctx, a: number, b: number) => a + b)
const total = () =>
  defineTask({ name: 'total' }, async (_ctx, all: number[]) => all.reduce((one, more) => one + more, 0))

describe('a part of a workflow', () => {
  test('passes on what its task keeps no result of', async () => {
    const quiet = defineTask({ name: 'quiet', ignoreResult: true }, async (_ctx, n: number) => n * 2)
    const app = testApp(broker, { tasks: [quiet] })
    await app.worker()
    const result = await chain(quiet.s(1), quiet.s(), quiet.s()).delay()
    expect(await result.get()).toBe(8)
    expect(await app.client.result(`${result.id}~0`).state()).toBe('unknown')
  })

  test('passes on what is too large to stay with its job', async () => {
    const large = defineTask({ name: 'large' }, async (_ctx, size: number) => 'x'.repeat(size))
    const measure = defineTask({ name: 'measure' }, async (_ctx, texts: string[]) => texts.map((text) => text.length))
    const app = testApp(broker, { tasks: [large, measure] })
    await app.worker()
    const result = await chord([large.s(20_000), large.s(5), large.s(30_000)], measure.s()).delay()
    expect(await result.get()).toEqual([20_000, 5, 30_000])
  })

  test('knows its workflow', async () => {
    const asks = defineTask({ name: 'asks' }, async (ctx): Promise<JobRequest> => ctx.request)
    const app = testApp(broker, { tasks: [asks] })
    await app.worker()
    const result = await group([asks.s(), asks.s()]).delay()
    expect(await result.get()).toMatchObject([{ workflow: result.id }, { workflow: result.id }])
    expect(await (await asks.delay()).get()).not.toHaveProperty('workflow')
  })

  test('is checked with the list that it is given', async () => {
    const add2 = add()
    const few = defineTask(
      { name: 'few', schema: z.tuple([z.array(z.number()).max(2)]) },
      async (_ctx, all: number[]) => all.length,
    )
    const app = testApp(broker, { tasks: [add2, few] })
    await app.worker()
    expect(await (await chord([add2.s(1, 1), add2.s(1, 1)], few.s()).delay()).get()).toBe(2)
    const tooMany = await chord([add2.s(1, 1), add2.s(1, 1), add2.s(1, 1)], few.s()).delay()
    expect(await rejection(tooMany.get())).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_INVALID' } })
  })

  test('reads the list anew in each of its runs', async () => {
    const add2 = add()
    const seen: unknown[] = []
    const flaky = defineTask({ name: 'flaky', retries: 1, backoff: { delay: 1 } }, async (ctx, all: number[]) => {
      seen.push([...all])
      all.length = 0
      if (ctx.request.attempt === 1) throw new Error('not yet')
      return seen
    })
    const app = testApp(broker, { tasks: [add2, flaky] })
    await app.worker()
    expect(await (await chord([add2.s(1, 1), add2.s(2, 2)], flaky.s()).delay()).get()).toEqual([
      [2, 4],
      [2, 4],
    ])
  })

  test('is made by any worker where the one that was to make it did not', async () => {
    const [add2, sum] = [add(), total()]
    const app = testApp(broker, { tasks: [add2, sum] })
    const refuse = () => Promise.reject(new Error('cut off'))
    const first = await app.worker({ options: { workflowDriver: refuse } })
    const result = await chord([add2.s(1, 1), add2.s(2, 2)], sum.s()).delay()
    await first.events.count('job.succeeded', 2)
    await first.events.waitFor('broker.trouble', ({ message }) => message.includes('cut off'))
    await first.worker.stop()
    // As if the time were over that it was left to the first.
    await overdue(app, result.id)
    await app.worker()
    expect(await result.get({ timeout: '20s' })).toBe(6)
  }, 30_000)

  test('waits for a worker that can read its list', async () => {
    const [add2, sum] = [add(), total()]
    const app = testApp(broker, { tasks: [add2, sum] })
    const first = await app.worker({ queues: ['default'] })
    const late = defineTask({ name: 'late', queue: 'late' }, async (_ctx, all: number[]) => all.length)
    const without = await app.worker({
      tasks: [late],
      queues: ['late'],
      options: { workflowDriver: undefined as never },
    })
    const result = await chord([add2.s(1, 1), add2.s(2, 2)], late.s()).delay()
    await without.events.waitFor('job.postponed')
    await without.worker.stop()
    await app.worker({ tasks: [late], queues: ['late'] })
    expect(await result.get({ timeout: '20s' })).toBe(2)
    await first.worker.stop()
  }, 30_000)

  test('ends with its workflow where a worker ends when there is nothing left', async () => {
    const [add2, sum] = [add(), total()]
    const app = testApp(broker, { tasks: [add2, sum] })
    const result = await chain(group([add2.s(1, 1), add2.s(2, 2)]), sum.s(), add2.s(1)).delay()
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(await result.get()).toBe(7)
  })
})

async function overdue(app: ReturnType<typeof testApp>, workflow: string): Promise<void> {
  const ready = app.keys.workflow(workflow, 'ready')
  for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, '0', member)
  await app.redis.zadd(app.keys.workflows, '0', workflow)
}
