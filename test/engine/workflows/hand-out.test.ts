import { describe, expect, test } from 'vitest'
import type { WorkflowNode } from '../../../src/canvas/workflow-plan.js'
import type { ReadyNode } from '../../../src/engine/workflows/workflow-record.js'
import { brokerOfFile } from '../../support/broker.js'
import { chainOf, chordOf, end, endAll, task, workflowOf } from '../../support/ledger.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const LONG = 'x'.repeat(2000)
const FAILURE = { name: 'TaskqError', message: 'too large', code: 'TASKQ_PAYLOAD_TOO_LARGE' }

/** A task whose result goes to many. */
const fanOf = (id: string, count: number, step = 1) => {
  const targets = Array.from({ length: count }, (_, at) => `${2 + at * step}` as const)
  const fork: WorkflowNode = { kind: 'fork', targets }
  const members = Array.from({ length: count * step }, () => task({ next: '-' }))
  return workflowOf(id, [task({ next: '1' }), fork, ...members])
}

const indexes = (ready: readonly ReadyNode[]) => ready.map(({ index }) => index)
const add = (app: TestApp, id: string, node: number, lane = 'default') =>
  app.engine.producer.add({
    ...{ id: `${id}~${node}`, lane, task: 'work', data: '{"v":1,"args":[]}', delayMs: 0 },
    part: { workflow: id, node },
  })
const statesOf = async (app: TestApp, id: string, count: number) =>
  (await app.engine.workflows.nodes(id, 0, count)).map(({ state }) => state)
const expireLeases = async (app: TestApp, id: string) => {
  const ready = app.keys.workflow(id, 'ready')
  for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, 'XX', 1, member)
}

describe('nodes that are ready', () => {
  test('are handed to one caller each, however many ask at once', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(fanOf('w_f', 1000))
    const first = await end(app, 'w_f', 0, 'd', 'value')
    expect(first?.ready).toHaveLength(50)
    expect(first?.more).toBe(true)
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ open: 1000 })
    expect(new Set(await statesOf(app, 'w_f', 1002).then((states) => states.slice(2)))).toEqual(new Set(['queued']))
    const moves = await Promise.all(Array.from({ length: 12 }, () => app.engine.workflows.take('w_f', 100)))
    expect(moves.map(({ ready }) => ready.length)).toEqual([...Array(9).fill(100), 50, 0, 0])
    expect(moves.map(({ more }) => more)).toEqual([...Array(9).fill(true), false, false, false])
    const all = [...(first?.ready ?? []), ...moves.flatMap(({ ready }) => ready)]
    expect(new Set(indexes(all)).size).toBe(1000)
    const payload = JSON.stringify({ id: 'w_f~0', stored: 'value' })
    for (const { index, call, input } of all) {
      expect({ call, input }).toEqual({ call: `call ${index}`, input: { kind: 'value', payload } })
    }
  })

  test('may be every other number', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(fanOf('w_f', 5, 2))
    expect(indexes((await end(app, 'w_f', 0, 'd', 1))?.ready ?? [])).toEqual([2, 4, 6, 8, 10])
  })

  test('begin some at a time where they are not evenly numbered, each once', async () => {
    const app = testApp(broker)
    // As where every other member of a group is a chain.
    const numbers = Array.from({ length: 700 }, (_, at) => 3 + Math.floor((at * 3) / 2))
    const members = Array.from({ length: 1100 }, () => task({ next: '-' }))
    const targets = numbers.map((at) => `${at}` as const)
    const nodes = [task({ next: '1' }), { kind: 'fork' as const, targets }, task({ next: '-' }), ...members]
    await app.engine.workflows.create(workflowOf('w_f', nodes))
    const first = await end(app, 'w_f', 0, 'd', 'value')
    const ready = app.keys.workflow('w_f', 'ready')
    expect(await app.redis.zcard(ready)).toBeLessThan(210)
    const all = [...(first?.ready ?? [])]
    for (let more = true; more; ) {
      const move = await app.engine.workflows.take('w_f', 100)
      all.push(...move.ready)
      more = move.more
    }
    expect(indexes(all).sort((a, b) => a - b)).toEqual(numbers)
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ open: 700 })
    const payload = JSON.stringify({ id: 'w_f~0', stored: 'value' })
    for (const { call, index, input } of all) {
      expect({ call, input }).toEqual({ call: `call ${index}`, input: { kind: 'value', payload } })
    }
  })

  test('that begin a workflow some at a time end with it where it is revoked', async () => {
    const app = testApp(broker)
    const numbers = Array.from({ length: 700 }, (_, at) => Math.floor((at * 3) / 2))
    const members = Array.from({ length: 1100 }, () => task({ next: '-' }))
    const targets = numbers.map((at) => `${at}` as const)
    const { move } = await app.engine.workflows.create(workflowOf('w_f', members, targets))
    const taken = await app.engine.workflows.take('w_f', 250)
    expect(new Set([...indexes(move.ready), ...indexes(taken.ready)]).size).toBe(300)
    await app.engine.workflows.revoke('w_f', 'no')
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ state: 'revoked', open: 300 })
    expect((await app.engine.workflows.take('w_f', 250)).ready).toEqual([])
  })

  test('are not handed out by who cannot make jobs, and are due at once', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await add(app, 'w_a', 0)
    expect(await end(app, 'w_a', 0, 'd', 1, 0)).toEqual({ workflow: 'w_a', ready: [], more: true })
    expect(await app.engine.workflows.due(10)).toEqual(['w_a'])
    expect(indexes((await app.engine.workflows.take('w_a', 10)).ready)).toEqual([1])
  })

  test('are handed to their maker without their calls, and to others with them', async () => {
    const app = testApp(broker)
    const { nodes, ...chord } = chordOf('w_c', 600)
    const made = { ...chord, nodes }
    const { move } = await app.engine.workflows.create(made, { keepsCalls: true })
    expect(move).toMatchObject({ more: true })
    const own = await app.engine.workflows.take('w_c', 250, nodes.length)
    const others = await app.engine.workflows.take('w_c', 250)
    expect(new Set([...move.ready, ...own.ready].map(({ call }) => call))).toEqual(new Set(['']))
    for (const { index, call } of others.ready) expect(call).toBe(`call ${index}`)
    expect(new Set(indexes([...move.ready, ...own.ready, ...others.ready])).size).toBe(600)
    // It died before it made jobs of them.
    await expireLeases(app, 'w_c')
    const again = await app.engine.workflows.take('w_c', 600)
    expect(again.ready).toHaveLength(600)
    for (const { index, call } of again.ready) expect(call).toBe(`call ${index}`)
  })

  test('are handed to the maker of their workflow with their calls where something came before them', async () => {
    const app = testApp(broker)
    const chain = chainOf('w_a', 2)
    await app.engine.workflows.create(chain, { keepsCalls: true })
    await end(app, 'w_a', 0, 'd', 1, 0)
    const { ready } = await app.engine.workflows.take('w_a', 10, chain.nodes.length)
    expect(ready).toMatchObject([{ index: 1, call: 'call 1' }])
  })

  test('are few at once where their calls are large', async () => {
    const app = testApp(broker)
    const chord = chordOf('w_c', 20)
    const nodes = chord.nodes.map((node) => ({ ...node, ...(node.call && { call: 'x'.repeat(300_000) }) }))
    const { move } = await app.engine.workflows.create({ ...chord, nodes })
    expect(move.ready).toHaveLength(4)
    expect(move.more).toBe(true)
  })

  test('are anybody’s again where no job came of them in time', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 1))
    expect((await app.engine.workflows.take('w_a', 10)).ready).toEqual([])
    await expireLeases(app, 'w_a')
    expect(indexes((await app.engine.workflows.take('w_a', 10)).ready)).toEqual([0])
  })

  test('are taken for added where their job is there, in whatever lane, though nobody told', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 1))
    const { part: _, ...job } = { id: 'w_a~0', lane: 'default~work', task: 'work', data: '{}', delayMs: 0, part: 0 }
    await app.engine.producer.add(job)
    await expireLeases(app, 'w_a')
    expect((await app.engine.workflows.take('w_a', 10)).ready).toEqual([])
    expect(await app.engine.workflows.nodes('w_a', 0, 1)).toMatchObject([{ state: 'added', lane: 'default~work' }])
  })
})

describe('a job that is added', () => {
  test('is noted with its lane, and its call is not kept any more', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await add(app, 'w_a', 0)
    expect(await app.engine.workflows.nodes('w_a', 0, 2)).toMatchObject([
      { state: 'added', lane: 'default' },
      { state: 'waiting' },
    ])
    expect(await app.redis.hmget(app.keys.workflow('w_a'), 'c0', 'c1')).toEqual([null, 'call 1'])
    expect(await app.redis.exists(app.keys.workflow('w_a', 'ready'))).toBe(0)
  })

  test('needs the result before it no more; others may', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await app.engine.workflows.create(fanOf('w_f', 3))
    await Promise.all([end(app, 'w_a', 0, 'd', LONG), end(app, 'w_f', 0, 'd', 1)])
    expect(await app.redis.hkeys(app.keys.workflow('w_a', 'values'))).toEqual(['0'])
    await Promise.all([add(app, 'w_a', 1), add(app, 'w_f', 2)])
    expect(await app.redis.hkeys(app.keys.workflow('w_a', 'values'))).toEqual([])
    expect(await app.redis.hkeys(app.keys.workflow('w_f', 'values'))).toEqual(['0'])
  })

  test.each([
    ['short', 'a | b\n'],
    ['long', LONG],
  ])('is handed a %s result again where it was lost', async (_, value) => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    const first = await end(app, 'w_a', 0, 'd', value)
    await expireLeases(app, 'w_a')
    expect((await app.engine.workflows.take('w_a', 10)).ready).toEqual(first?.ready)
    expect(first?.ready).toMatchObject([{ index: 1, input: { kind: 'value' } }])
    await add(app, 'w_a', 1)
    expect(await app.redis.hget(app.keys.workflow('w_a'), 's1')).toBe('adefault')
  })

  test('may have ended before it is noted', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await end(app, 'w_a', 0, 'd', 1)
    await add(app, 'w_a', 0)
    expect(await statesOf(app, 'w_a', 2)).toEqual(['done', 'queued'])
    // It is a second one, of a caller that was slow: nobody is to run it.
    expect(await app.redis.hget(app.keys.job('default', 'w_a~0'), 'defa')).toMatch(/^revoked: /)
  })

  test('of a workflow that was revoked is told to end', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await app.engine.workflows.revoke('w_a', 'enough')
    await add(app, 'w_a', 0)
    expect(await app.redis.hget(app.keys.job('default', 'w_a~0'), 'defa')).toMatch(/^revoked: /)
  })
})

describe('a node that can be made no job', () => {
  test('fails, once, and its workflow as after any failure', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await app.engine.workflows.failUnmade('w_a', 0, FAILURE)
    await app.engine.workflows.failUnmade('w_a', 0, FAILURE)
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({
      ...{ state: 'failed', failed: 1, open: 0 },
      cause: { node: 0, failure: FAILURE },
    })
  })

  test('is not one that waits, or was added', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 2))
    await add(app, 'w_a', 0)
    for (const node of [0, 1]) await app.engine.workflows.failUnmade('w_a', node, FAILURE)
    expect(await statesOf(app, 'w_a', 2)).toEqual(['added', 'waiting'])
  })
})

describe('a workflow that was revoked', () => {
  test('lets nothing begin any more, and is over when what runs has ended', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 3))
    await Promise.all([0, 1].map((node) => add(app, 'w_c', node)))
    expect(await app.engine.workflows.revoke('w_c', 'enough')).toBe(true)
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({ state: 'revoked', reason: 'enough', open: 3 })
    expect(await app.engine.workflows.openParts('w_c')).toEqual({
      parts: [{ index: 0, lane: 'default' }, { index: 1, lane: 'default' }, { index: 2 }],
    })
    await endAll(app, 'w_c', [0, 1, 2])
    expect((await app.engine.workflows.take('w_c', 9)).ready).toEqual([])
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({ state: 'revoked', open: 0, done: 3 })
    expect(await app.engine.workflows.revoke('w_c', 'again')).toBe(false)
    expect(await app.redis.pttl(app.keys.workflow('w_c'))).toBeGreaterThan(0)
  })

  test('forgets what nobody had been handed, and later what no job came of', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(fanOf('w_f', 200))
    await end(app, 'w_f', 0, 'd', 1)
    await app.engine.workflows.revoke('w_f', 'enough')
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ open: 50 })
    await expireLeases(app, 'w_f')
    await app.engine.workflows.take('w_f', 9)
    expect(await app.engine.workflows.summary('w_f')).toMatchObject({ open: 0 })
  })
})
