import { describe, expect, test } from 'vitest'
import { currentContext, currentJob, withContext } from '../../src/context/with-context.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { findTask } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '10s' } as const

describe('the context of the code that enqueues', () => {
  test('is there again in the run, and in the runs of the jobs that it enqueues', async () => {
    const inner = defineTask({ name: 'inner' }, () => currentContext())
    const outer = defineTask({ name: 'outer' }, async () => {
      const added = await withContext({ step: 2 }, () => inner.delay())
      return { here: currentContext(), childId: added.id }
    })
    const app = testApp(broker, { tasks: [inner, outer] })
    await app.worker()
    const result = await withContext({ tenant: 'a' }, () => outer.delay())
    const { here, childId } = await result.get(inTime)
    expect(here).toEqual({ tenant: 'a' })
    expect(await app.client.result(childId).get(inTime)).toEqual({ tenant: 'a', step: 2 })
  })

  test('is that of the first enqueue in every run of a job that is retried', async () => {
    const seen: unknown[] = []
    const task = defineTask({ name: 'flaky', retries: 2, backoff: { type: 'fixed', delay: 1 } }, () => {
      seen.push(currentContext())
      if (seen.length < 3) throw new Error('not yet')
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    await (await withContext({ tenant: 'b' }, () => task.delay())).get(inTime)
    expect(seen).toEqual([{ tenant: 'b' }, { tenant: 'b' }, { tenant: 'b' }])
  })

  test('is not stored where there is none', async () => {
    const task = defineTask({ name: 'plain' }, () => 1)
    const app = testApp(broker, { tasks: [task] })
    const { id } = await withContext({}, () => task.delay())
    const stored = JSON.parse((await app.redis.hget(app.keys.job('default', id), 'data')) ?? '{}')
    expect(stored).toEqual({ v: 1, args: [] })
  })

  test('is not that of jobs before, nor of the code that started the worker', async () => {
    const task = defineTask({ name: 'looks' }, (ctx) => ({
      context: currentContext(),
      parent: ctx.request.parent ?? null,
    }))
    const starts = defineTask({ name: 'starts' }, () => task.delay().then(() => {}))
    const app = testApp(broker, { tasks: [task, starts], config: { worker: { concurrency: 1 } } })
    const first = await withContext({ tenant: 'first' }, () => task.delay())
    const second = await task.delay()
    await withContext({ tenant: 'of the worker' }, () => app.worker())
    expect(await first.get(inTime)).toEqual({ context: { tenant: 'first' }, parent: null })
    expect(await second.get(inTime)).toEqual({ context: {}, parent: null })
    await (await starts.delay()).get(inTime)
    expect(await (await task.delay()).get(inTime)).toEqual({ context: {}, parent: null })
  })

  test('counts as part of the payload, which has its limit', async () => {
    const task = defineTask({ name: 'small' }, () => {})
    testApp(broker, { tasks: [task], config: { payload: { max: 100, warn: 100 } } })
    expect(await rejection(withContext({ text: 'x'.repeat(100) }, () => task.delay()))).toMatchObject({
      code: 'TASKQ_PAYLOAD_TOO_LARGE',
    })
  })

  test('that is no record in Redis is none', async () => {
    const task = defineTask({ name: 'odd' }, () => currentContext())
    const app = testApp(broker, { tasks: [task] })
    const { id } = await task.delay()
    await app.redis.hset(app.keys.job('default', id), 'data', '{"v":1,"args":[],"context":[1],"parent":7,"trace":{}}')
    await app.worker()
    expect(await app.client.result(id).get(inTime)).toEqual({})
    expect(await app.client.result(id).parent()).toBeUndefined()
  })

  test('keeps jobs of one worker apart that run side by side', async () => {
    const task = defineTask({ name: 'slow' }, async (_, wanted: string) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      return { wanted, tenant: currentContext().tenant, id: currentJob()?.request.id }
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const wanted = Array.from({ length: 30 }, (_, index) => `t${index}`)
    const results = await Promise.all(wanted.map((tenant) => withContext({ tenant }, () => task.delay(tenant))))
    for (const result of results) {
      const seen = await result.get(inTime)
      expect(seen).toEqual({ wanted: seen.wanted, tenant: seen.wanted, id: result.id })
    }
  })
})

describe('currentJob', () => {
  test('is the run that deep code is a part of', async () => {
    const deep = async () => {
      await Promise.resolve()
      const job = currentJob()
      job?.log.info({ rows: 3 }, 'imported')
      await job?.progress(0.5)
      return job?.request.task
    }
    const task = defineTask({ name: 'shallow' }, () => deep())
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    expect(await result.get(inTime)).toBe('shallow')
    expect(await result.logs()).toMatchObject([{ message: 'imported', fields: { rows: 3 }, attempt: 1, level: 'info' }])
  })

  test('is there in the hooks of a task, too', async () => {
    const seen: unknown[] = []
    @Task({ name: 'hooked' })
    class Hooked extends BaseTask {
      run() {
        throw new Error('no')
      }
      override onFailure() {
        seen.push([currentJob()?.request.task, currentContext()])
      }
    }
    const definition = findTask('hooked')
    if (definition === undefined) throw new Error('not registered')
    const app = testApp(broker, { tasks: [{ definition }] })
    const { events } = await app.worker()
    await withContext({ tenant: 'c' }, () => Hooked.delay())
    await events.waitFor('job.dead-lettered')
    expect(seen).toEqual([['hooked', { tenant: 'c' }]])
  })
})

describe('a job that a run enqueues', () => {
  test('knows its parent and the root of its line, and is known to its parent', async () => {
    const leaf = defineTask({ name: 'leaf' }, (ctx) => ctx.request)
    const middle = defineTask({ name: 'middle' }, async (ctx) => ({
      request: ctx.request,
      leaf: (await leaf.delay()).id,
    }))
    const top = defineTask({ name: 'top' }, async () => {
      const [one, two] = [await middle.delay(), await leaf.delay()]
      return { middle: one.id, leaf: two.id }
    })
    const app = testApp(broker, { tasks: [leaf, middle, top] })
    await app.worker()
    const result = await top.delay()
    const ids = await result.get(inTime)
    const middleResult = app.client.result<{ request: object; leaf: string }>(ids.middle)
    const { request, leaf: leafId } = await middleResult.get(inTime)
    expect(request).toMatchObject({ parent: result.id, root: result.id })
    expect(await app.client.result(leafId).get(inTime)).toMatchObject({ parent: ids.middle, root: result.id })

    const children = await result.children()
    expect(children.map(({ id, task }) => [id, task])).toEqual([
      [ids.middle, 'middle'],
      [ids.leaf, 'leaf'],
    ])
    expect((await middleResult.children()).map(({ id }) => id)).toEqual([leafId])
    expect(await app.client.result(leafId).children()).toEqual([])
    expect((await middleResult.parent())?.id).toBe(result.id)
    expect(await result.parent()).toBeUndefined()
  })

  test('is known for as long as results are kept, and forgotten with its parent', async () => {
    const leaf = defineTask({ name: 'leaf' }, () => {})
    const top = defineTask({ name: 'top' }, () => Promise.all([leaf.delay(), leaf.delay()]).then(() => {}))
    const app = testApp(broker, { tasks: [leaf, top], config: { results: { ttl: '1h' } } })
    await app.worker()
    const result = await top.delay()
    await result.get(inTime)
    const key = app.keys.children(result.id)
    expect(await app.redis.zcard(key)).toBe(2)
    const ttlMs = await app.redis.pttl(key)
    expect(ttlMs).toBeGreaterThan(3_500_000)
    expect(ttlMs).toBeLessThanOrEqual(3_600_000)
    expect(await result.forget()).toBe(true)
    expect(await app.redis.exists(key)).toBe(0)
    expect(await result.children()).toEqual([])
  })

  test('is the one that stands for the call, where that is another one', async () => {
    const leaf = defineTask({ name: 'leaf', unique: { for: '1h' } }, () => {})
    const top = defineTask({ name: 'top' }, () => Promise.all([leaf.delay(), leaf.delay()]).then(() => {}))
    const app = testApp(broker, { tasks: [leaf, top] })
    const first = await leaf.delay()
    await app.worker()
    const result = await top.delay()
    await result.get(inTime)
    expect((await result.children()).map(({ id }) => id)).toEqual([first.id])
    expect(await app.redis.zrange(app.keys.children(result.id), '0', '-1')).toEqual([first.id])
  })

  test('that was dropped is no child any more', async () => {
    const leaf = defineTask({ name: 'leaf', ignoreResult: true }, () => {})
    const top = defineTask({ name: 'top' }, () => leaf.delay().then(() => {}))
    const app = testApp(broker, { tasks: [leaf, top] })
    const { events } = await app.worker()
    const result = await top.delay()
    await events.count('job.succeeded', 2)
    expect(await result.children()).toEqual([])
  })
})
