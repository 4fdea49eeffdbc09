import { describe, expect, test } from 'vitest'
import type { WorkflowNode } from '../../../src/canvas/workflow-plan.js'
import { brokerOfFile } from '../../support/broker.js'
import { chainOf, chordOf, end, endAll, slotOf, task, workflowOf } from '../../support/ledger.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** Two tasks side by side within a group of two, and one beside it: their list is the workflow's. */
const NESTED: readonly WorkflowNode[] = [
  task({ next: '3.0', up: '3.0' }),
  task({ next: '3.1', up: '3.1' }),
  task({ next: '4.1', up: '4.1' }),
  { kind: 'join', next: '4.0', up: '4.0', size: 2, allowFailures: false },
  { kind: 'join', next: 'e', up: 'e', size: 3, allowFailures: false },
  { kind: 'pass', next: '4.2', up: '4.2' },
]

describe('a chain', () => {
  test('goes from link to link, each with the result of the one before', async () => {
    const app = testApp(broker)
    const { workflows } = app.engine
    const { isNew, move } = await workflows.create(chainOf('w_a', 3))
    expect(isNew).toBe(true)
    const first = { index: 0, call: 'call 0', input: { kind: 'none' } }
    expect(move).toEqual({ workflow: 'w_a', ready: [first], more: false })
    const payload = JSON.stringify({ id: 'w_a~0', stored: 'one' })
    expect((await end(app, 'w_a', 0, 'd', 'one'))?.ready).toEqual([
      { index: 1, call: 'call 1', input: { kind: 'value', payload } },
    ])
    expect(await workflows.summary('w_a')).toMatchObject({ state: 'running', done: 1, failed: 0, open: 1, total: 3 })
    await end(app, 'w_a', 1, 'd', 'two')
    expect(await end(app, 'w_a', 2, 'd', 'three')).toBeUndefined()
    expect(await workflows.summary('w_a')).toMatchObject({ state: 'succeeded', done: 3, open: 0 })
    expect(await workflows.resultOf('w_a')).toEqual({ kind: 'value', value: { id: 'w_a~2', stored: 'three' } })
  })

  test('does nothing at an end that it was told of before', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 3))
    expect((await end(app, 'w_a', 0, 'd', 'one'))?.ready).toHaveLength(1)
    expect(await end(app, 'w_a', 0, 'd', 'two')).toBeUndefined()
    await end(app, 'w_a', 1, 'f', 'no')
    expect(await end(app, 'w_a', 1, 'f', 'no')).toBeUndefined()
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({ state: 'failed', done: 1, failed: 1, open: 0 })
  })
})

describe('a chord', () => {
  test('lists results by place, not by arrival, and calls its body once', async () => {
    const app = testApp(broker)
    const { workflows } = app.engine
    const { move } = await workflows.create(chordOf('w_c', 4))
    expect(move.ready.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    await endAll(app, 'w_c', [3, 1, 0])
    expect(await workflows.slots('w_c', 4, 1, 2)).toEqual([slotOf('w_c', 1), { kind: 'empty' }])
    const last = await end(app, 'w_c', 2, 'd', 'd2')
    expect(last?.ready).toEqual([{ index: 5, call: 'call 5', input: { kind: 'list', ref: 'j4' } }])
    const slots = [0, 1, 2, 3].map((node) => slotOf('w_c', node))
    expect(await workflows.list('w_c', 'j4')).toEqual({ kind: 'list', slots, allowFailures: false })
    await end(app, 'w_c', 5, 'd', 'sum')
    expect(await workflows.resultOf('w_c')).toMatchObject({ value: { stored: 'sum' } })
  })

  test('waits for groups within its group, also for one without members', async () => {
    const app = testApp(broker)
    const { workflows } = app.engine
    await workflows.create(workflowOf('w_n', NESTED, ['0', '1', '2', '5']))
    await endAll(app, 'w_n', [2, 1, 0])
    const inner = { kind: 'list', slots: [slotOf('w_n', 0), slotOf('w_n', 1)], allowFailures: false }
    const none = { kind: 'list', slots: [], allowFailures: false }
    const slots = [inner, slotOf('w_n', 2), none]
    expect(await workflows.resultOf('w_n')).toEqual({ kind: 'list', slots, allowFailures: false })
    expect(await workflows.record('w_n')).toMatchObject({ state: 'succeeded', result: 'j4', nodes: 6, shape: 0 })
    expect(await workflows.nodes('w_n', 3, 9)).toMatchObject([
      { index: 3, gate: 'done', pending: 0, failedSlots: 0 },
      { index: 4, gate: 'done' },
      { index: 5, node: { kind: 'pass' } },
    ])
  })
})

describe('what begins with a result', () => {
  test('is all that a fork names, of jobs in a row and others', async () => {
    const app = testApp(broker)
    const nodes: WorkflowNode[] = [
      task({ next: '1' }),
      { kind: 'fork', targets: ['2', '3', '4', '6', 'e'] },
      ...[2, 3, 4].map(() => ({ ...task(), kind: 'callback' as const, next: '-' as const, up: '-' as const })),
      task(),
      { kind: 'pass', next: '-', up: '-' },
    ]
    await app.engine.workflows.create(workflowOf('w_f', nodes))
    const move = await end(app, 'w_f', 0, 'd', 'd0')
    expect(move?.ready.map(({ index, input }) => [index, input.kind])).toEqual([
      [2, 'value'],
      [3, 'value'],
      [4, 'value'],
    ])
    expect(await app.engine.workflows.resultOf('w_f')).toEqual(slotOf('w_f', 0))
  })

  test('does not count where it is a callback, and its record is kept until that has ended', async () => {
    const app = testApp(broker)
    const nodes: WorkflowNode[] = [
      task({ next: '1' }),
      { kind: 'fork', targets: ['2', 'e'] },
      { ...task(), kind: 'callback', next: '-', up: '-' },
    ]
    await app.engine.workflows.create(workflowOf('w_f', nodes))
    await end(app, 'w_f', 0, 'd', 'd0')
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ state: 'succeeded', done: 1, open: 1, total: 1 })
    expect(await app.redis.pttl(app.keys.workflow('w_f'))).toBe(-1)
    await end(app, 'w_f', 2, 'f', 'no')
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ state: 'succeeded', failed: 0, open: 0 })
    for (const part of [undefined, 'values'] as const) {
      const left = await app.redis.pttl(app.keys.workflow('w_f', part))
      expect(left, 'as long as its dead letter').toBeGreaterThan(110_000)
      expect(left).toBeLessThanOrEqual(120_000)
    }
    expect(await app.redis.exists(app.keys.workflow('w_f', 'ready'))).toBe(0)
  })
})

test('a group without members succeeds as it begins', async () => {
  const app = testApp(broker)
  const { move } = await app.engine.workflows.create(workflowOf('w_e', [{ kind: 'pass', next: 'e', up: 'e' }]))
  expect(move).toEqual({ workflow: 'w_e', ready: [], more: false })
  expect(await app.engine.workflows.resultOf('w_e')).toEqual({ kind: 'list', slots: [], allowFailures: false })
  expect(await app.redis.zscore(app.keys.workflows, 'w_e')).toBeNull()
})

test('a part that fails to begin anything ends a workflow that could never end', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(workflowOf('w_x', [task({ next: '-' })]))
  await end(app, 'w_x', 0, 'd', 1)
  expect(await app.engine.workflows.summary('w_x')).toMatchObject({ state: 'failed', open: 0 })
})

test('its end, and how far it is, is told as a job’s is', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(chainOf('w_a', 2))
  await app.engine.workflows.watch('w_a')
  const told: unknown[] = []
  const forget = await app.engine.finish.follow({ lane: '~workflows', id: 'w_a' }, (event) => told.push(event))
  const done = app.engine.finish.until(
    { lane: '~workflows', id: 'w_a' },
    async () => ((await app.engine.workflows.summary('w_a'))?.state === 'succeeded' ? true : undefined),
    5000,
  )
  await endAll(app, 'w_a', [0, 1])
  expect(await done).toBe(true)
  await expect.poll(() => told).toHaveLength(3)
  forget()
  expect(told).toMatchObject([
    { kind: 'progress', value: '{"done":1,"failed":0,"total":2}' },
    { kind: 'progress', value: '{"done":2,"failed":0,"total":2}' },
    { kind: 'completed' },
  ])
})

test('of one that nobody follows only the end is told, and none is made by following it', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(chainOf('w_a', 2))
  await endAll(app, 'w_a', [0, 1])
  const events = await app.redis.xrange(app.keys.lane('~workflows', 'events'), '-', '+')
  expect(events.map(([, fields]) => fields.slice(0, 4))).toEqual([['event', 'completed', 'jobId', 'w_a']])
  await app.engine.workflows.watch('w_gone')
  expect(await app.redis.exists(app.keys.workflow('w_gone'))).toBe(0)
})
