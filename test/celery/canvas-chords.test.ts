import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { canvasTasks, range } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "Chords" in the chapter "Canvas" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/canvas.html#chords). Without a twin is its unlock_chord, a task that
// polls: here the script that ends the last member of the header lets the body go.

const broker = brokerOfFile()

describe('Chords', () => {
  test('the sum of a hundred sums', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const callback = xsum.s()
    const header = range(100).map((i) => add.s(i, i))
    expect(await (await chord(header, callback).delay()).get()).toBe(9900)
    expect(await (await chord(group(header), callback).delay()).get()).toBe(9900)
  })

  test('the body runs after all of the header, and its handle is found beside theirs', async () => {
    const order: string[] = []
    const member = defineTask({ name: 'member' }, (_, n: number) => void order.push(`member ${n}`))
    const body = defineTask({ name: 'body' }, (_, values: readonly unknown[]) => {
      order.push('body')
      return values.length
    })
    await serve(broker, member, body)
    const result = await chord(
      range(20).map((n) => member.s(n)),
      body.s(),
    ).delay()
    expect(await result.get()).toBe(20)
    expect([order.length, order.at(-1)]).toEqual([21, 'body'])
    expect(await (await result.children()).at(-1)?.get()).toBe(20)
  })

  test('chords of chords', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const inner = (n: number) => chord([add.s(n, n), add.s(n, 1)], xsum.s())
    expect(await (await chord([inner(1), inner(2)], xsum.s()).delay()).get()).toBe(4 + 7)
  })
})

describe('Error handling', () => {
  test('a member that fails: the rest runs, the body does not, and the error names the job', async () => {
    const { add, raising, xsum } = canvasTasks()
    const { events } = await serve(broker, add, raising, xsum)
    const result = await chord([add.s(4, 4), raising.s(), add.s(8, 8)], xsum.s()).delay()
    const error = await rejection(result.get())
    const [, failed, , body] = await result.children()
    const message = `dependency raising (${failed?.id}) failed: something something`
    expect(error).toMatchObject({
      failure: { name: 'ChordError', code: 'TASKQ_WORKFLOW_CHORD', message, cause: { name: 'RangeError' } },
      rootCause: { id: failed?.id, task: 'raising', name: 'RangeError' },
    })
    await events.count('job.succeeded', 2)
    expect(await body?.state()).toBe('failed')
    expect(await body?.error()).toMatchObject({ name: 'ChordError', message })
    expect((await failed?.error())?.stack).toContain('canvas-tasks.ts')
    expect(
      events
        .of('job.started')
        .map(({ task }) => task)
        .sort(),
    ).toEqual(['add', 'add', 'raising'])
  })

  test('the error tells of the member that failed first in time', async () => {
    const gate = Promise.withResolvers<void>()
    const late = defineTask({ name: 'late' }, async () => {
      await gate.promise
      throw new Error('late')
    })
    const { raising, xsum } = canvasTasks()
    const { events } = await serve(broker, late, raising, xsum)
    const result = await chord([late.s(), raising.s()] as const, xsum.si([])).delay()
    await events.waitFor('job.dead-lettered')
    gate.resolve()
    await events.count('job.dead-lettered', 2)
    expect(await rejection(result.get())).toMatchObject({ rootCause: { task: 'raising' } })
  })

  test('an error callback of the body runs once, also where the header failed', async () => {
    const { add, raising, xsum, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, raising, xsum, log)
    const header = group([...range(10).map((i) => add.s(i, i)), raising.s(), raising.s()])
    const result = await header.pipe(xsum.s().onError(log.s())).delay()
    await rejection(result.get())
    await events.count('job.dead-lettered', 2)
    await events.waitFor('job.succeeded', ({ task }) => task === 'log')
    await expect.poll(() => result.counts()).toEqual({ done: 10, failed: 2, total: 13 })
    expect(logged).toMatchObject([{ task: 'raising', message: 'something something' }])
  })

  test('callbacks and error callbacks of a chord run once', async () => {
    const { add, raising, xsum, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, raising, xsum, log)
    const linked = [add.s(1, 1), add.s(2, 2)]
    const good = await chord(linked, xsum.s()).link(log.s()).linkError(log.s()).delay()
    expect(await good.get()).toBe(6)
    await events.waitFor('job.succeeded', ({ task }) => task === 'log')
    const bad = await chord([raising.s(), raising.s()], xsum.s()).link(log.s()).linkError(log.s()).delay()
    await rejection(bad.get())
    await events.count('job.dead-lettered', 2)
    await events.until(() => logged.length === 2, 10_000, 'error callback')
    expect(logged).toMatchObject([6, { task: 'raising' }])
  })

  test('task_allow_error_cb_on_chord_header: an error callback of each member', async () => {
    const { add, raising, xsum, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, raising, xsum, log)
    const withLog = raising.s().onError(log.s())
    const result = await chord([add.s(1, 1), withLog, withLog], xsum.s().onError(log.s())).delay()
    await rejection(result.get())
    await events.until(() => logged.length === 3, 10_000, 'three error callbacks')
    await expect.poll(() => result.counts()).toEqual({ done: 1, failed: 2, total: 4 })
    expect(logged).toHaveLength(3)
  })
})

describe('Important notes', () => {
  test('tasks of a chord may ignore their results: they are passed on all the same', async () => {
    const { xsum } = canvasTasks()
    const anotherTask = defineTask({ name: 'anotherTask', ignoreResult: true }, (_, x: number, y: number) => x + y)
    await serve(broker, anotherTask, xsum)
    expect(await (await chord([anotherTask.s(1, 1), anotherTask.s(2, 2)], xsum.s()).delay()).get()).toBe(6)
  })

  test('an afterReturn of a task needs to call nothing', async () => {
    const { xsum } = canvasTasks()
    const ends: string[] = []
    @Task({ name: 'WithHook' })
    class WithHook extends BaseTask {
      run(n: number) {
        return n
      }
      override afterReturn() {
        ends.push(this.request.id)
      }
    }
    await serve(broker, WithHook, xsum)
    expect(await (await chord([WithHook.s(1), WithHook.s(2)], xsum.s()).delay()).get()).toBe(3)
    expect(ends).toHaveLength(2)
  })
})

test('Avoid launching synchronous subtasks: a chain instead, of the chapter "Tasks"', async () => {
  const fetchPage = defineTask({ name: 'fetchPage' }, (_, url: string) => `<html>${url}`)
  const parsePage = defineTask({ name: 'parsePage' }, (_, page: string) => ({ title: page.slice(6) }))
  const storePageInfo = defineTask({ name: 'storePageInfo' }, (_, info: { title: string }, url: string) => [url, info])
  await serve(broker, fetchPage, parsePage, storePageInfo)
  const url = 'https://example.org'
  const result = await chain(fetchPage.s(url), parsePage.s(), storePageInfo.s(url)).delay()
  expect(await result.get()).toEqual([url, { title: url }])
})
