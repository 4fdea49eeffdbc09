import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** Tasks of which `flag` fails until it is mended, and whose other runs are counted. */
function makeTasks() {
  const flags = { isMended: false }
  const runs = { count: 0, replaced: 0 }
  const count = defineTask({ name: 'count' }, (_ctx, n: number) => {
    runs.count++
    return n
  })
  const flag = defineTask({ name: 'flag' }, (_ctx, n: number): number => {
    if (!flags.isMended) throw new Error('no flag')
    return n + 1
  })
  const sum = defineTask({ name: 'sum' }, (_ctx, all: number[]) => all.reduce((one, other) => one + other, 0))
  const replaced = defineTask({ name: 'replaced' }, (ctx, n: number): Promise<number> => {
    runs.replaced++
    return ctx.replace(chain(count.s(n), flag.s()))
  })
  const chorded = defineTask({ name: 'chorded' }, (ctx, n: number): Promise<number> => {
    runs.replaced++
    return ctx.replace(chord(group([count.s(n), flag.s(n)]), sum.s()))
  })
  const twice = defineTask({ name: 'twice' }, (ctx, n: number): Promise<number> => ctx.replace(replaced.s(n)))
  return { flags, runs, count, flag, sum, replaced, chorded, twice, all: [count, flag, sum, replaced, chorded, twice] }
}

describe('a workflow with a job that was replaced by what failed', () => {
  test('tells of the job that really failed', async () => {
    const tasks = makeTasks()
    const app = testApp(broker, { tasks: tasks.all })
    await app.worker()
    for (const [first, message] of [
      [tasks.replaced.s(1), 'no flag'],
      [tasks.twice.s(1), 'no flag'],
      [tasks.chorded.s(1), 'no flag'],
    ] as const) {
      const result = await chain(first, tasks.count.s()).delay()
      const error = await rejection(result.get())
      expect(error).toMatchObject({ workflowId: result.id, rootCause: { task: 'flag', name: 'Error', message } })
      const { id, node } = (error as unknown as { rootCause: { id: string; node: number } }).rootCause
      expect(id).not.toContain(result.id)
      expect(node).toBe(Number(id.split('~')[1]))
      expect(await app.client.result(id).error()).toMatchObject({ message })
    }
  })

  test.each(['replaced', 'chorded', 'twice'] as const)(
    'goes on as a whole where that job runs again (%s)',
    async (name) => {
      const tasks = makeTasks()
      const app = testApp(broker, { tasks: tasks.all, config: { worker: { concurrency: 1 } } })
      await app.worker()
      const result = await chain(tasks[name].s(1), tasks.count.s()).delay()
      const error = await rejection(result.get())
      const { rootCause } = error as unknown as { rootCause: { id: string } }
      const owner = app.client.result(`${result.id}~0`)
      tasks.flags.isMended = true
      expect(await app.client.result(rootCause.id).retry()).toBe(true)
      expect(await result.get()).toBe(name === 'chorded' ? 3 : 2)
      expect(await owner.state()).toBe('succeeded')
      expect(await app.engine.jobs.find(owner.id)).toMatchObject({ attemptsMade: 1 })
      expect(await result.counts()).toEqual({ done: 2, failed: 0, total: 2 })
      expect(tasks.runs).toEqual({ count: 2, replaced: 1 })
    },
  )

  test.each(['replaced', 'chorded', 'twice'] as const)(
    'goes on from there where it is retried itself (%s)',
    async (name) => {
      const tasks = makeTasks()
      const app = testApp(broker, { tasks: tasks.all })
      await app.worker()
      const result = await chain(tasks[name].s(1), tasks.count.s()).delay()
      await rejection(result.get())
      tasks.flags.isMended = true
      expect(await result.retry()).toBe(true)
      expect(await result.get()).toBe(name === 'chorded' ? 3 : 2)
      expect(tasks.runs).toEqual({ count: 2, replaced: 1 })
    },
  )

  test('waits again meanwhile, and may fail again', async () => {
    const tasks = makeTasks()
    const app = testApp(broker, { tasks: tasks.all })
    await app.worker()
    const result = await chain(tasks.replaced.s(1), tasks.count.s()).delay()
    await rejection(result.get())
    expect(await result.retry()).toBe(true)
    expect(await rejection(result.get())).toMatchObject({ rootCause: { task: 'flag' } })
    expect(tasks.runs).toEqual({ count: 1, replaced: 1 })
  })

  test('is made anew where the job is run again that was replaced', async () => {
    const tasks = makeTasks()
    const app = testApp(broker, { tasks: tasks.all })
    await app.worker()
    const result = await chain(tasks.replaced.s(1), tasks.count.s()).delay()
    await rejection(result.get())
    tasks.flags.isMended = true
    expect(await app.client.result(`${result.id}~0`).retry()).toBe(true)
    expect(await result.get()).toBe(2)
    expect(tasks.runs).toEqual({ count: 3, replaced: 2 })
  })

  test('ends the job itself, where that is no part', async () => {
    const tasks = makeTasks()
    const app = testApp(broker, { tasks: tasks.all })
    await app.worker()
    const result = await tasks.replaced.delay(1)
    const error = await rejection(result.get())
    const { from } = (error as unknown as { failure: { from: { id: string; workflow: string } } }).failure
    tasks.flags.isMended = true
    await app.client.result(from.id).retry()
    expect(await result.get()).toBe(2)
  })

  test('tells in its tree what that job ends as', async () => {
    const tasks = makeTasks()
    const held = defineTask({ name: 'held' }, (ctx): Promise<number> => ctx.replace(never.s()))
    const never = defineTask({ name: 'never', queue: 'nobody' }, () => 1)
    const app = testApp(broker, { tasks: [...tasks.all, held, never] })
    const { events } = await app.worker({ queues: ['default'] })
    const waiting = await chain(held.s(), tasks.count.s()).delay()
    const { workflow } = await events.waitFor('job.replaced')
    expect((await waiting.tree()).parts?.[0]).toMatchObject({ state: 'blocked', endsAs: workflow })
    expect(String(await waiting.tree())).toContain(`◇ held  blocked  as ${workflow}  ${waiting.id}~0`)
    const failed = await chain(tasks.replaced.s(1), tasks.count.s()).delay()
    const error = await rejection(failed.get())
    const { rootCause } = error as unknown as { rootCause: { id: string } }
    expect((await failed.tree()).parts?.[0]?.endsAs).toBe(rootCause.id.split('~')[0])
  })
})
