import { describe, expect, test } from 'vitest'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { signature } from '../../src/canvas/signature.js'
import { signatureOf } from '../../src/canvas/signature-of.js'
import { defineTask } from '../../src/task/define-task.js'
import { runTask } from '../../src/testing/run-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { asWorkflow, canvasTasks, tasksOf } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "Signatures", "Partials", "Immutability" and "Callbacks" in the chapter "Canvas" of Celery's user
// guide, in its order, as what they are here (https://docs.celeryq.dev/en/stable/userguide/canvas.html).

const broker = brokerOfFile()

/** A task with a keyword argument: an object at the end. */
const adding = () =>
  defineTask({ name: 'tasks.add' }, (_, x: number, y: number, { debug = false }: { debug?: boolean } = {}) =>
    debug ? { debug, sum: x + y } : x + y,
  )

describe('Signatures', () => {
  test('one is made by the name of a task, with options', async () => {
    await serve(broker, adding())
    const made = signature<number>('tasks.add', [2, 2], { countdown: 10 })
    expect(made).toMatchObject({ task: 'tasks.add', args: [2, 2], options: { countdown: 10 } })
    expect(await (await made.delay()).get()).toBe(4)
  })

  test('one is made of a task: add.signature and add.s are one here', () => {
    const task = adding()
    testApp(broker, { tasks: [task] })
    expect(task.s(2, 2)).toMatchObject({ task: 'tasks.add', args: [2, 2], options: {}, immutable: false })
    expect(task.s(2, 2, { debug: true }).args).toEqual([2, 2, { debug: true }])
  })

  test('its fields can be looked at, and cannot be changed', () => {
    const task = adding()
    testApp(broker, { tasks: [task] })
    const made = task.s(2, 2, { debug: true }).set({ countdown: '10s' })
    expect([made.args, made.options]).toEqual([[2, 2, { debug: true }], { countdown: '10s' }])
    expect([Object.isFrozen(made), Object.isFrozen(made.args)]).toEqual([true, true])
  })

  test('it can be sent across the wire: as an argument of a job, and as JSON', async () => {
    const task = adding()
    const calls = defineTask({ name: 'calls' }, async (_, data: CanvasData) => (await signatureOf(data).delay()).id)
    const { app } = await serve(broker, task, calls)
    const id = await (await calls.delay(task.s(2, 2))).get()
    expect(await app.client.result(id).get()).toBe(4)
    const read = signatureOf(JSON.parse(JSON.stringify(task.s(2, 2))))
    expect(await (await read.delay()).get()).toBe(4)
  })

  test('called in this process, it is run by runTask: add.s(2, 2)() there', async () => {
    const task = adding()
    testApp(broker, { tasks: [task] })
    expect(await runTask(task, [2, 2])).toMatchObject({ result: 4 })
  })

  test('delay and applyAsync take the same arguments as those of the task', async () => {
    const task = adding()
    const app = testApp(broker, { tasks: [task] })
    const later = [task.applyAsync([2, 2], { countdown: '1h' }), task.s(2, 2).applyAsync({ countdown: '1h' })]
    for (const result of await Promise.all(later)) expect(await result.state()).toBe('scheduled')
    await app.worker()
    expect(await (await task.delay(2, 2)).get()).toBe(4)
    expect(await (await task.s(2, 2).delay()).get()).toBe(4)
  })

  test('set gives it options', async () => {
    const task = adding()
    testApp(broker, { tasks: [task] })
    expect(await (await task.s(2, 2).set({ countdown: '1h' }).delay()).state()).toBe('scheduled')
  })
})

describe('Partials', () => {
  test('arguments that are added are put in front of its own', async () => {
    const { mul } = canvasTasks()
    const minus = defineTask({ name: 'minus' }, (_, x: number, y: number) => x - y)
    await serve(broker, mul, minus)
    const partial = minus.s(2)
    expect(await (await partial.delay(4)).get()).toBe(2)
    expect(await (await partial.clone(4).applyAsync()).get()).toBe(2)
  })

  test('options that are added are merged, and the new ones win', async () => {
    const task = adding()
    testApp(broker, { tasks: [task] })
    const made = task.s(2, 2).set({ countdown: '1h', queue: 'slow' })
    expect(made.set({ countdown: '1s' }).options).toEqual({ countdown: '1s', queue: 'slow' })
    expect(await (await made.applyAsync({ countdown: 0 })).state()).toBe('queued')
  })

  test('clone makes another one, with more arguments', async () => {
    const { add } = canvasTasks()
    const task = adding()
    await serve(broker, add, task)
    const made = add.s(2)
    const cloned = made.clone(4)
    expect([made.args, cloned.args]).toEqual([[2], [4, 2]])
    expect(await (await cloned.delay()).get()).toBe(6)
    expect(await (await task.s(2, { debug: true }).delay(4)).get()).toEqual({ debug: true, sum: 6 })
  })
})

describe('Immutability', () => {
  test('an immutable callback does not get the result', async () => {
    const got: unknown[][] = []
    const { add } = canvasTasks()
    const resetBuffers = defineTask({ name: 'resetBuffers' }, (_, ...args: unknown[]) => void got.push(args))
    const { events } = await serve(broker, add, resetBuffers)
    await (await add.s(2, 2).link(resetBuffers.si()).delay()).get()
    await (await add.s(2, 2).link(resetBuffers.s()).delay()).get()
    await events.waitFor('job.succeeded', () => got.length === 2)
    expect(got).toEqual(expect.arrayContaining([[], [4]]))
  })

  test('signature(…, immutable=True) is the fourth argument here; options can still be set', () => {
    const made = signature('tasks.add', [2, 2], {}, true).set({ priority: 3 })
    expect(made).toMatchObject({ immutable: true, args: [2, 2], options: { priority: 3 } })
    expect(signatureOf(made).clone()).toMatchObject({ args: [2, 2] })
  })

  test('~sig is get() of what delay() gives', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    expect(await (await add.s(2, 2).delay()).get()).toBe(4)
  })
})

describe('Callbacks', () => {
  test('a callback runs with the result in front of its own arguments', async () => {
    const { add } = canvasTasks()
    const { app, events } = await serve(broker, add)
    const result = await add.s(2, 2).link(add.s(8)).delay()
    expect(await result.get()).toBe(4)
    await events.count('job.succeeded', 2)
    const callback = tasksOf(await asWorkflow(result).tree()).find(({ role }) => role === 'link')
    expect(await app.client.result(callback?.id ?? '').get()).toBe(12)
  })

  test('a callback does not run where the task failed', async () => {
    const { raising, log, logged } = canvasTasks()
    const { events } = await serve(broker, raising, log)
    const result = await raising.s().link(log.s()).delay()
    await events.waitFor('job.dead-lettered')
    expect(await result.state()).toBe('failed')
    expect([events.of('job.started').length, logged]).toEqual([1, []])
  })

  test('link=[add.s(16), other_task.s()]: several callbacks', async () => {
    const { add, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, log)
    await add.s(2, 2).link(add.s(16).link(log.s())).link(log.s()).delay()
    await events.count('job.succeeded', 4)
    expect(logged.sort()).toEqual([20, 4])
  })
})
