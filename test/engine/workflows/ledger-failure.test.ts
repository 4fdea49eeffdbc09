import { describe, expect, test } from 'vitest'
import type { WorkflowNode } from '../../../src/canvas/workflow-plan.js'
import { brokerOfFile, noRedis } from '../../support/broker.js'
import { chainOf, chordOf, end, endAll, revive, slotOf, task, workflowOf } from '../../support/ledger.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const failure = (node: number) => ({ name: 'Error', message: `f${node}` })
const failedSlot = (node: number) => ({ kind: 'failed', cause: { node, task: 'work', failure: failure(node) } })
const stateOf = async (app: TestApp, id: string) => (await app.engine.workflows.summary(id))?.state

/** A chord within a group: a chord's failure goes through the group. */
const CHORD_IN_GROUP: readonly WorkflowNode[] = [
  task({ next: '2.0', up: '2.0' }),
  task({ next: '2.1', up: '2.1' }),
  { kind: 'join', next: '3', up: '4.0', size: 2, allowFailures: false },
  task({ next: '4.0', up: '4.0' }),
  { kind: 'join', next: 'e', up: 'e', size: 2, allowFailures: false },
  task({ next: '4.1', up: '4.1' }),
]

describe('a failure', () => {
  test('ends a chain, and what comes after never begins', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 3))
    await end(app, 'w_a', 0, 'd', 1)
    expect(await end(app, 'w_a', 1, 'f', 'f1')).toBeUndefined()
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({
      ...{ state: 'failed', done: 1, failed: 1, open: 0 },
      cause: { node: 1, task: 'work', failure: failure(1) },
    })
    expect(await app.engine.workflows.nodes('w_a', 1, 2)).toMatchObject([
      { state: 'failed', failure: failure(1) },
      { state: 'waiting' },
    ])
    expect(await app.redis.pttl(app.keys.workflow('w_a'))).toBeGreaterThan(100_000)
    expect(await app.engine.workflows.resultOf('w_a')).toBeUndefined()
  })

  test('fails a chord at once; the other members go on, the body never begins', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 3))
    await end(app, 'w_c', 1, 'f', 'f1')
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({
      state: 'failed',
      open: 2,
      cause: { node: 1, via: 3 },
    })
    expect(await app.redis.pttl(app.keys.workflow('w_c'))).toBe(-1)
    expect(await end(app, 'w_c', 0, 'd', 'd0')).toBeUndefined()
    expect(await end(app, 'w_c', 2, 'd', 'd2')).toBeUndefined()
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({ open: 0, done: 2, failed: 1 })
    expect(await app.redis.pttl(app.keys.workflow('w_c'))).toBeGreaterThan(0)
    expect(await app.engine.workflows.slots('w_c', 3)).toEqual([slotOf('w_c', 0), failedSlot(1), slotOf('w_c', 2)])
  })

  test('is the chord’s where it comes through one, and the member’s where through a plain group', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(workflowOf('w_1', CHORD_IN_GROUP, ['0', '1', '5']))
    await end(app, 'w_1', 0, 'f', 'f0')
    expect((await app.engine.workflows.summary('w_1'))?.cause).toMatchObject({ node: 0, via: 2 })
    await app.engine.workflows.create(workflowOf('w_2', CHORD_IN_GROUP, ['0', '1', '5']))
    await end(app, 'w_2', 5, 'f', 'f5')
    expect((await app.engine.workflows.summary('w_2'))?.cause).not.toHaveProperty('via')
  })

  test('is a member’s own where it is allowed', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 2, true))
    await end(app, 'w_c', 0, 'f', 'f0')
    expect((await end(app, 'w_c', 1, 'd', 'd1'))?.ready).toMatchObject([{ index: 3, input: { ref: 'j2' } }])
    const slots = [failedSlot(0), slotOf('w_c', 1)]
    expect(await app.engine.workflows.list('w_c', 'j2')).toEqual({ kind: 'list', slots, allowFailures: true })
  })

  test('lets what is to hear of it begin, once', async () => {
    const app = testApp(broker)
    const callback = { ...task(), kind: 'callback' as const, next: '-' as const, up: '-' as const }
    const nodes: WorkflowNode[] = [
      ...[task({ next: '2.0', up: '2.0' }), task({ next: '2.1', up: '2.1' })],
      { kind: 'join', next: 'e', up: '3', size: 2, allowFailures: false },
      { kind: 'guard', targets: ['4', '5'], up: 'e' },
      ...[callback, callback],
    ]
    await app.engine.workflows.create(workflowOf('w_g', nodes, ['0', '1']))
    const input = { kind: 'failure', cause: { node: 0, task: 'work', failure: failure(0) } }
    expect((await end(app, 'w_g', 0, 'f', 'f0'))?.ready).toEqual([
      { index: 4, call: 'call 4', input },
      { index: 5, call: 'call 5', input },
    ])
    await revive(app, 'w_g', 0)
    expect(await end(app, 'w_g', 0, 'f', 'f0')).toBeUndefined()
    expect(await end(app, 'w_g', 1, 'f', 'f1')).toBeUndefined()
  })
})

describe('a part that failed and runs again', () => {
  test('lets its chord go on with what the others came to meanwhile', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 3))
    await end(app, 'w_c', 1, 'f', 'f1')
    await endAll(app, 'w_c', [0, 2])
    await revive(app, 'w_c', 1)
    expect(await app.engine.workflows.summary('w_c')).toEqual({
      ...{ id: 'w_c', name: 'w_c', state: 'running', total: 4, done: 2, failed: 0, open: 1 },
      createdAt: expect.any(Number),
    })
    expect(await app.redis.pttl(app.keys.workflow('w_c'))).toBe(-1)
    expect(await app.redis.pttl(app.keys.workflow('w_c', 'values'))).toBe(-1)
    expect(await app.redis.zscore(app.keys.workflows, 'w_c')).not.toBeNull()
    expect((await end(app, 'w_c', 1, 'd', 'd1'))?.ready).toMatchObject([{ index: 4 }])
    expect((await app.engine.workflows.list('w_c', 'j3'))?.slots).toEqual([0, 1, 2].map((node) => slotOf('w_c', node)))
  })

  test('leaves its workflow failed while another one failed, too: then that is why', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(workflowOf('w_n', CHORD_IN_GROUP, ['0', '1', '5']))
    await endAll(app, 'w_n', [0, 1], 'f')
    await end(app, 'w_n', 5, 'd', 'd5')
    await revive(app, 'w_n', 0)
    expect(await app.engine.workflows.summary('w_n')).toMatchObject({ state: 'failed', cause: { node: 1 }, failed: 1 })
    expect((await app.engine.workflows.slots('w_n', 4))[0]).toEqual(failedSlot(1))
    await revive(app, 'w_n', 1)
    expect(await stateOf(app, 'w_n')).toBe('running')
    await end(app, 'w_n', 1, 'd', 'd1')
    expect((await end(app, 'w_n', 0, 'd', 'd0'))?.ready).toMatchObject([{ index: 3 }])
    await end(app, 'w_n', 3, 'd', 'd3')
    expect(await stateOf(app, 'w_n')).toBe('succeeded')
  })

  test('finds another one that failed, whichever runs again first and however often', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 6))
    await end(app, 'w_c', 1, 'd', 'd1')
    await endAll(app, 'w_c', [0, 2, 3, 4, 5], 'f')
    const causeNow = async () => (await app.engine.workflows.summary('w_c'))?.cause?.node
    for (const node of [5, 0, 4]) await revive(app, 'w_c', node)
    expect([2, 3]).toContain(await causeNow())
    await endAll(app, 'w_c', [5], 'f')
    for (const node of [3, 2]) await revive(app, 'w_c', node)
    expect(await causeNow()).toBe(5)
    await revive(app, 'w_c', 5)
    expect(await stateOf(app, 'w_c')).toBe('running')
    await endAll(app, 'w_c', [0, 2, 3, 5])
    expect((await end(app, 'w_c', 4, 'd', 'd4'))?.ready).toMatchObject([{ index: 7 }])
  })

  test('does not read what the others came to, and asks no more where there are many', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 60))
    await endAll(app, 'w_c', [...Array(60).keys()], 'f')
    const asked: string[][] = []
    const monitor = await app.redis.monitor()
    const toldAll = Promise.withResolvers<void>()
    monitor.on('monitor', (_time, args: string[], source: string) => {
      if (source === 'lua') asked.push(args)
      if (args[1] === 'that is all') toldAll.resolve()
    })
    for (let node = 0; node < 60; node++) await revive(app, 'w_c', node)
    await app.redis.echo('that is all')
    await toldAll.promise
    monitor.disconnect()
    const values = app.keys.workflow('w_c', 'values')
    expect(asked.filter(([command, key]) => command?.toUpperCase() === 'HMGET' && key === values)).toEqual([])
    expect(asked.length).toBeGreaterThan(60)
    expect(asked.length / 60).toBeLessThan(40)
  })

  test('does not change a list that went on without it', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 1, true))
    await end(app, 'w_c', 0, 'f', 'f0')
    await revive(app, 'w_c', 0)
    expect(await end(app, 'w_c', 0, 'd', 'd0')).toBeUndefined()
    await end(app, 'w_c', 2, 'd', 'd2')
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({ state: 'succeeded', done: 2, failed: 0, open: 0 })
    expect(await app.engine.workflows.slots('w_c', 1)).toEqual([failedSlot(0)])
    expect((await app.engine.workflows.nodes('w_c', 0, 1))[0]).not.toHaveProperty('failure')
  })

  test('counts as running again where only its success was told', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await end(app, 'w_a', 0, 'f', 'f0')
    expect((await end(app, 'w_a', 0, 'd', 'd0'))?.ready).toMatchObject([{ index: 1 }])
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({ state: 'running', done: 1, failed: 0, open: 1 })
  })

  test('is not asked of what did not fail', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await end(app, 'w_a', 0, 'd', 'd0')
    await revive(app, 'w_a', 0)
    await revive(app, 'w_a', 7)
    await revive(app, 'w_gone', 0)
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({ done: 1, open: 1 })
  })
})
