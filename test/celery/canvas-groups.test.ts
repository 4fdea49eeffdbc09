import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { group } from '../../src/canvas/group.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { canvasTasks, range } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "Groups" in the chapter "Canvas" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/canvas.html#groups).

const broker = brokerOfFile()

describe('Groups', () => {
  test('a list of signatures, or several', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    for (const made of [group(add.s(2, 2), add.s(4, 4)), group([add.s(2, 2), add.s(4, 4)])]) {
      expect(await (await made.delay()).get()).toEqual([4, 8])
    }
  })

  test('of a hundred', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    const result = await group(range(100).map((i) => add.s(i, i))).delay()
    expect(await result.get()).toEqual(range(100).map((i) => i + i))
  })

  test('results keep their order, whoever is done first', async () => {
    const gate = Promise.withResolvers<string>()
    const slow = defineTask({ name: 'slow' }, () => gate.promise)
    const fast = defineTask({ name: 'fast' }, () => gate.resolve('slow one') ?? 'fast one')
    await serve(broker, slow, fast)
    expect(await (await group(slow.s(), fast.s()).delay()).get()).toEqual(['slow one', 'fast one'])
  })
})

describe('Group Results', () => {
  const job = ({ add }: ReturnType<typeof canvasTasks>) => group([2, 4, 8, 16, 32].map((n) => add.s(n, n)))

  test('ready, successful, get, join: of the group as a whole', async () => {
    const tasks = canvasTasks()
    await serve(broker, tasks.add)
    const result = await job(tasks).applyAsync()
    expect(await result.get()).toEqual([4, 8, 16, 32, 64])
    expect([await result.ready(), await result.successful(), await result.failed()]).toEqual([true, true, false])
  })

  test('waiting and completed_count: counts', async () => {
    const { add } = canvasTasks()
    const gate = Promise.withResolvers<number>()
    const wait = defineTask({ name: 'wait' }, () => gate.promise)
    const { events } = await serve(broker, add, wait)
    const result = await group(add.s(2, 2), wait.s(), add.s(4, 4)).delay()
    await events.count('job.succeeded', 2)
    expect(await result.counts()).toEqual({ done: 2, failed: 0, total: 3 })
    expect(await result.ready()).toBe(false)
    gate.resolve(1)
    await result.get()
    expect(await result.counts()).toEqual({ done: 3, failed: 0, total: 3 })
  })

  test('failed: one of them has', async () => {
    const { add, raising } = canvasTasks()
    await serve(broker, add, raising)
    const result = await group(add.s(2, 2), raising.s()).delay()
    const error = await rejection(result.get())
    expect(error).toMatchObject({ rootCause: { task: 'raising', message: 'something something' } })
    expect([await result.failed(), await result.successful()]).toEqual([true, false])
  })

  test('children, and iter_native: each of them, as it comes in', async () => {
    const tasks = canvasTasks()
    await serve(broker, tasks.add)
    const result = await job(tasks).delay()
    const seen: unknown[] = []
    for await (const member of result.iter({ timeout: '10s' })) seen[member.index] = member
    expect(seen).toEqual([4, 8, 16, 32, 64].map((value, index) => ({ index, status: 'succeeded', value })))
    const children = await result.children()
    expect(await Promise.all(children.map((child) => child.get()))).toEqual([4, 8, 16, 32, 64])
  })

  test('save and restore: by the id', async () => {
    const tasks = canvasTasks()
    const { app } = await serve(broker, tasks.add)
    const { id } = await job(tasks).delay()
    const restored = app.newClient().workflow(id)
    expect(await restored.get()).toEqual([4, 8, 16, 32, 64])
    expect(await restored.counts()).toEqual({ done: 5, failed: 0, total: 5 })
    expect(() => app.client.workflow('u_7')).toThrowError(/a workflow's id, which begins with w_/)
  })

  test('revoke: all that has not run', async () => {
    const { add } = canvasTasks()
    const gate = Promise.withResolvers<number>()
    const wait = defineTask({ name: 'wait' }, () => gate.promise)
    const { events } = await serve(broker, add, wait)
    const result = await group(wait.s(), ...range(3).map((i) => add.s(i, i).set({ countdown: '1h' }))).delay()
    await events.waitFor('job.started')
    await result.revoke()
    gate.resolve(1)
    expect(await rejection(result.get())).toMatchObject({ failure: { code: 'TASKQ_JOB_REVOKED' } })
    const children = await result.children()
    await expect
      .poll(async () => (await Promise.all(children.map((one) => one.state()))).slice(1))
      .toEqual(['revoked', 'revoked', 'revoked'])
    expect(events.of('job.started')).toHaveLength(1)
  })

  test('forget: nothing is left of it', async () => {
    const tasks = canvasTasks()
    await serve(broker, tasks.add)
    const result = await job(tasks).delay()
    await result.get()
    expect(await result.forget()).toBe(true)
    expect(await result.state()).toBe('unknown')
  })
})

describe('Group Callbacks and Error Handling', () => {
  test('a callback of a group runs once, with the whole list, when all are done', async () => {
    const { add, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, log)
    const result = await group(add.s(2, 2), add.s(4, 4)).link(log.s()).delay()
    expect(await result.get()).toEqual([4, 8])
    await events.count('job.succeeded', 3)
    expect(logged).toEqual([[4, 8]])
  })

  test('a callback that fails does not fail the group', async () => {
    const { add, raising } = canvasTasks()
    const { events } = await serve(broker, add, raising)
    const result = await group(add.s(2, 2), add.s(4, 4)).link(raising.si()).delay()
    await events.waitFor('job.dead-lettered')
    expect(await result.get()).toEqual([4, 8])
    expect(await result.successful()).toBe(true)
  })

  test('an error callback of a group runs once, however many members fail', async () => {
    const { raising, log, logged } = canvasTasks()
    const { events } = await serve(broker, raising, log)
    const result = await group(raising.s(), raising.s()).linkError(log.s()).delay()
    await rejection(result.get())
    await events.count('job.dead-lettered', 2)
    await events.waitFor('job.succeeded')
    await expect.poll(() => result.counts()).toEqual({ done: 0, failed: 2, total: 2 })
    expect(logged).toMatchObject([{ task: 'raising', message: 'something something' }])
  })

  test('a group that lets its members fail does not fail', async () => {
    const { add, raising } = canvasTasks()
    await serve(broker, add, raising)
    const result = await group([add.s(2, 2), raising.s()], { allowFailures: true }).delay()
    expect(await result.get()).toMatchObject([
      { status: 'succeeded', value: 4 },
      { status: 'failed', error: { task: 'raising', name: 'RangeError', message: 'something something' } },
    ])
  })
})

describe('Group Unrolling', () => {
  test('a group of one stays a group: what comes after always gets a list', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const one = await chain(add.s(2, 2), group([add.s(1)]), xsum.s()).delay()
    const two = await chain(add.s(2, 2), group([add.s(1), add.s(2)]), xsum.s()).delay()
    expect([await one.get(), await two.get()]).toEqual([5, 11])
  })

  test('also where it comes first, and where it is empty', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    expect(await (await chain(group([add.s(1, 1)]), xsum.s()).delay()).get()).toBe(2)
    expect(await (await chain(group<ReturnType<typeof add.si>[]>([]), xsum.s()).delay()).get()).toBe(0)
  })
})
