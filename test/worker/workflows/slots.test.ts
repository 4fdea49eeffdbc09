import { describe, expect, test } from 'vitest'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const one = { worker: { concurrency: 1 } }

/** A task that calls itself to a depth, and waits each time. */
const nested = () => {
  const task = defineTask({ name: 'nested' }, async (_ctx, depth: number): Promise<number> => {
    if (depth === 0) return 0
    const below = await task.delay(depth - 1)
    return ((await below.get({ timeout: '20s' })) as number) + 1
  })
  return task
}

describe('a run that waits for another job', () => {
  test('leaves its slot to it: one slot is enough for any depth', async () => {
    const task = nested()
    const app = testApp(broker, { tasks: [task], config: one })
    const { worker } = await app.worker()
    expect(await (await task.delay(5)).get({ timeout: '20s' })).toBe(5)
    expect(worker.slots).toBe(1)
  })

  test('waits for many at once', async () => {
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
    const all = defineTask({ name: 'all' }, async (_ctx, count: number) => {
      const results = await Promise.all(Array.from({ length: count }, (_, n) => leaf.delay(n)))
      const values = await Promise.all(results.map((result) => result.get({ timeout: '20s' })))
      return values.reduce((sum, value) => sum + value, 0)
    })
    const app = testApp(broker, { tasks: [leaf, all], config: one })
    await app.worker()
    expect(await (await all.delay(20)).get({ timeout: '20s' })).toBe(190)
  })

  test('goes on before any other job begins, and never beside one', async () => {
    const order: string[] = []
    let running = 0
    const enter = (what: string) => {
      order.push(what)
      expect(++running).toBe(1)
    }
    const child = defineTask({ name: 'child' }, async () => {
      enter('child')
      await new Promise((resolve) => setTimeout(resolve, 50))
      running--
    })
    const other = defineTask({ name: 'other' }, async () => {
      enter('other')
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
    })
    const parent = defineTask({ name: 'parent' }, async () => {
      enter('parent')
      const result = await child.delay()
      await other.delay()
      await other.delay()
      running--
      await result.get({ timeout: '20s' })
      enter('parent again')
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
    })
    const app = testApp(broker, { tasks: [parent, child, other], config: one })
    const { events } = await app.worker()
    await parent.delay()
    await events.count('job.succeeded', 4)
    expect(order.slice(0, 2)).toEqual(['parent', 'child'])
    expect([...order].sort()).toEqual(['child', 'other', 'other', 'parent', 'parent again'])
    // What had been fetched when the child ended comes first at most.
    expect(order.indexOf('parent again')).toBeLessThanOrEqual(3)
    expect(events.of('job.dead-lettered')).toEqual([])
  })

  test('lets no others like it in without end: what they wait for comes before the rest of the queue', async () => {
    let now = 0
    let most = 0
    const child = defineTask({ name: 'child' }, async () => 1)
    const parent = defineTask({ name: 'parent' }, async (ctx, how: 'job' | 'workflow'): Promise<unknown> => {
      most = Math.max(most, ++now)
      const made = how === 'job' ? await child.delay() : await ctx.spawn(group([child.s(), child.s()]))
      const value = await made.get({ timeout: '20s' })
      now--
      return value
    })
    const app = testApp(broker, { tasks: [child, parent], config: one })
    for (let n = 0; n < 20; n++) await parent.delay('job')
    for (let n = 0; n < 20; n++) await parent.delay('workflow')
    const { events } = await app.worker()
    await events.count('job.succeeded', 40 + 20 + 40, 30_000)
    expect(most).toBeLessThan(10)
  }, 40_000)

  test('keeps to the limit of its queue', async () => {
    const leaf = defineTask({ name: 'leaf' }, async () => 'leaf')
    const parent = defineTask({ name: 'parent' }, async () => (await leaf.delay()).get({ timeout: '20s' }))
    const app = testApp(broker, {
      tasks: [leaf, parent],
      config: { worker: { concurrency: 5 }, queues: { default: { concurrency: 1 } } },
    })
    await app.worker()
    const results = await Promise.all([parent.delay(), parent.delay(), parent.delay()])
    expect(await Promise.all(results.map((result) => result.get({ timeout: '20s' })))).toEqual(['leaf', 'leaf', 'leaf'])
  })

  test('is waited for by a worker that ends when there is nothing left', async () => {
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
    const parent = defineTask({ name: 'parent' }, async (ctx) => {
      const results = await ctx.spawn(group([leaf.s(1), leaf.s(2)]))
      return results.get({ timeout: '20s' })
    })
    const app = testApp(broker, { tasks: [leaf, parent], config: one })
    const result = await parent.delay()
    const { worker, events } = await app.worker({ burst: true })
    await worker.done
    expect(events.of('job.succeeded')).toHaveLength(3)
    expect(await result.get()).toEqual([1, 2])
  }, 20_000)

  test('ends with its worker, and runs again elsewhere', async () => {
    const leaf = defineTask({ name: 'leaf' }, async () => 'leaf')
    const parent = defineTask({ name: 'parent', queue: 'parents' }, async () =>
      (await leaf.delay()).get({ timeout: '20s' }),
    )
    const app = testApp(broker, { tasks: [leaf, parent], config: one })
    const first = await app.worker({ queues: ['parents'], options: { shutdownMs: 50 } })
    const result = await parent.delay()
    await first.events.waitFor('job.started')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await first.worker.stop()
    expect(first.events.of('job.given-back')).toMatchObject([{ id: result.id }])
    await app.worker()
    expect(await result.get({ timeout: '20s' })).toBe('leaf')
  })
})
