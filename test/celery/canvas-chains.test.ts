import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { asWorkflow, canvasTasks, partResults, tasksOf } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "Chains" in the chapter "Canvas" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/canvas.html#chains).

const broker = brokerOfFile()

describe('Chains', () => {
  test('link: the result is that of the task, and the callback is found in the tree', async () => {
    const { add, mul } = canvasTasks()
    const { app, events } = await serve(broker, add, mul)
    const result = await add.s(2, 2).link(mul.s(16)).delay()
    expect(await result.get()).toBe(4)
    await events.count('job.succeeded', 2)
    const [task, callback] = tasksOf(await asWorkflow(result).tree())
    const ids = [task?.id ?? '', callback?.id ?? '']
    expect(await Promise.all(ids.map((id) => app.client.result(id).get()))).toEqual([4, 64])
  })

  test('collect: all parts with their results', async () => {
    const { add, mul } = canvasTasks()
    await serve(broker, add, mul)
    const result = await chain(add.s(2, 2), mul.s(16)).delay()
    await result.get()
    const parts = await result.children()
    expect(await Promise.all(parts.map(async (part) => [part.task, await part.get()]))).toEqual([
      ['add', 4],
      ['mul', 64],
    ])
  })

  test('collect(intermediate=True): how each part stands, while it runs', async () => {
    const { mul } = canvasTasks()
    const gate = Promise.withResolvers<number>()
    const wait = defineTask({ name: 'wait' }, () => gate.promise)
    const { events } = await serve(broker, wait, mul)
    const result = await chain(wait.s(), mul.s(2), mul.s(3)).delay()
    await events.waitFor('job.started')
    const parts = await result.children()
    expect(await Promise.all(parts.map((part) => part.state()))).toEqual(['active', 'blocked', 'blocked'])
    gate.resolve(7)
    expect(await result.get()).toBe(42)
    expect(await Promise.all(parts.map((part) => part.state()))).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })

  test('s.link: as many as wanted, and signatures are never changed', async () => {
    const { add, mul, log, logged } = canvasTasks()
    const { events } = await serve(broker, add, mul, log)
    const bare = add.s(2, 2)
    const linked = bare.link(mul.s(4)).link(log.s())
    expect([bare.links, linked.links.length]).toEqual([[], 2])
    await linked.delay()
    await events.count('job.succeeded', 3)
    expect(logged).toEqual([4])
  })

  test('on_error: an error callback gets what went wrong, as data', async () => {
    const { raising, log, logged } = canvasTasks()
    const { events } = await serve(broker, raising, log)
    const result = await raising.s().onError(log.s()).delay()
    const error = await rejection(result.get())
    await events.waitFor('job.succeeded', ({ task }) => task === 'log')
    expect(error).toMatchObject({ failure: { name: 'RangeError', message: 'something something' } })
    const [part] = await result.children()
    expect(logged).toMatchObject([
      { id: part?.id ?? result.id, task: 'raising', name: 'RangeError', message: 'something something' },
    ])
  })

  test('an error callback of its own arguments: they come after', async () => {
    const got: unknown[][] = []
    const { raising } = canvasTasks()
    const logError = defineTask({ name: 'logError' }, (_, ...args: unknown[]) => void got.push(args))
    const { events } = await serve(broker, raising, logError)
    await raising.s().onError(logError.s('/var/errors')).onError(logError.si('only this')).delay()
    await events.count('job.succeeded', 2)
    expect(got).toEqual(
      expect.arrayContaining([[expect.objectContaining({ task: 'raising' }), '/var/errors'], ['only this']]),
    )
  })

  test('chain: (4 + 4) * 8 * 10, and its intermediate results', async () => {
    const { add, mul } = canvasTasks()
    await serve(broker, add, mul)
    const result = await chain(add.s(4, 4), mul.s(8), mul.s(10)).delay()
    expect(await result.get()).toBe(640)
    expect(await partResults(result)).toEqual([8, 64, 640])
  })

  test('the same by pipes', async () => {
    const { add, mul } = canvasTasks()
    await serve(broker, add, mul)
    expect(await (await add.s(2, 2).pipe(mul.s(8)).pipe(mul.s(10)).applyAsync()).get()).toBe(320)
  })

  test('a link that fails: the rest does not run, and the error names the job and why', async () => {
    const { add, mul, raising } = canvasTasks()
    const { events } = await serve(broker, add, mul, raising)
    const result = await chain(add.s(4, 4), raising.si(), mul.s(10)).delay()
    const error = await rejection(result.get())
    const [, failed, after] = await result.children()
    expect(error).toMatchObject({
      name: 'WorkflowFailedError',
      workflowId: result.id,
      rootCause: { id: failed?.id, task: 'raising', name: 'RangeError', message: 'something something' },
    })
    expect(await after?.state()).toBe('failed')
    expect(await after?.error()).toMatchObject({ code: 'TASKQ_WORKFLOW_UPSTREAM' })
    expect(events.of('job.started').map(({ task }) => task)).toEqual(['add', 'raising'])
  })
})

test('Graphs: the tree is drawn as text', async () => {
  const { add, mul } = canvasTasks()
  await serve(broker, add, mul)
  const result = await chain(add.s(4, 4), mul.s(8), mul.s(10)).delay()
  await result.get()
  const tree = await result.tree()
  expect(tree).toMatchObject({ kind: 'chain', state: 'succeeded', id: result.id })
  expect(tasksOf(tree).map(({ task, state }) => `${task} ${state}`)).toEqual([
    'add succeeded',
    'mul succeeded',
    'mul succeeded',
  ])
  const lines = String(tree).split('\n')
  for (const [index, { id }] of tasksOf(tree).entries()) expect(lines[index + 1]).toContain(id)
})
