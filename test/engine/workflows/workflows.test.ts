import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { WorkflowNode } from '../../../src/canvas/workflow-plan.js'
import { brokerOfFile, noRedis, startBroker } from '../../support/broker.js'
import { chainOf, chordOf, end, endAll, revive, task, workflowOf } from '../../support/ledger.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const keysOf = async (app: TestApp) => (await app.redis.keys(`${app.keys.prefix}*`)).sort()

describe('a new workflow', () => {
  test('is not made where its id is there, also when that one has ended', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_a', 1))
    const before = await keysOf(app)
    const again = await app.engine.workflows.create(chordOf('w_a', 2))
    expect(again).toEqual({ isNew: false, move: { workflow: 'w_a', ready: [], more: false } })
    expect(await keysOf(app)).toEqual(before)
    await end(app, 'w_a', 0, 'f', 'no')
    expect((await app.engine.workflows.create(chainOf('w_a', 1))).isNew).toBe(false)
    expect(await app.engine.workflows.summary('w_a')).toMatchObject({ state: 'failed', total: 1 })
  })

  test('is one of those that are made with one id at the same time, and of no other’s parts', async () => {
    const app = testApp(broker)
    const lengths = [1200, 700, 30, 2]
    const made = await Promise.all(lengths.map((length) => app.engine.workflows.create(chainOf('w_a', length))))
    const winner = lengths[made.findIndex(({ isNew }) => isNew)]
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await app.engine.workflows.record('w_a')).toMatchObject({ total: winner, nodes: winner })
    expect(await app.engine.workflows.nodes('w_a', 0, 2000)).toHaveLength(winner ?? 0)
    expect((await app.redis.keys(`${app.keys.workflow('w_a')}:draft*`)).length).toBe(0)
  })

  test('keeps what it is told of where it comes from', async () => {
    const app = testApp(broker)
    const shape = { kind: 'chord', parts: [{ kind: 'group', parts: [{ from: 0, to: 1 }], join: 2 }, 3] } as const
    const from = { parent: 'p', root: 'r', owner: { id: 'p', lane: 'default' } }
    await app.engine.workflows.create({ ...chordOf('w_c', 2), name: 'sums', shape, ...from })
    expect(await app.engine.workflows.record('w_c')).toMatchObject({ name: 'sums', shape, parent: 'p', root: 'r' })
  })

  test('that was not written to its end is nothing, and goes by itself', async () => {
    const app = testApp(broker)
    const { nodes, ...workflow } = chainOf('w_a', 1000)
    const lost = {
      ...{ index: 999, node: task() },
      get call(): string {
        throw new Error('the process is gone')
      },
    }
    await rejection(app.engine.workflows.create({ ...workflow, nodes: [...nodes.slice(0, 999), lost] }))
    expect(await app.redis.keys(`${app.keys.workflow('w_a')}:draft:*`)).toHaveLength(1)
    expect(await app.engine.workflows.summary('w_a')).toBeUndefined()
    expect(await app.engine.workflows.newest(0, 10)).toEqual({ total: 0, workflows: [] })
    for (const key of await keysOf(app)) expect(await app.redis.pttl(key)).toBeGreaterThan(0)
  })

  test('that the broker cannot be told of does not exist', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const own = await startBroker()
    onTestFinished(() => own.stop())
    const app = testApp(own)
    await own.stop()
    const engine = app.newEngine({ timeoutMs: 300 })
    expect(await rejection(engine.workflows.create(chainOf('w_a', 1)))).toMatchObject({
      code: 'TASKQ_ENQUEUE_NOT_SENT',
    })
  })
})

describe('workflows that are known', () => {
  test('are listed newest first, counted by how they stand, and forgotten when they are gone', async () => {
    const app = testApp(broker)
    const { workflows } = app.engine
    for (const id of ['w_1', 'w_2', 'w_3', 'w_4', 'w_5']) {
      await workflows.create(chainOf(id, 1))
      await app.redis.zadd(app.keys.workflowList, 'XX', Number(id.slice(2)), id)
    }
    await end(app, 'w_1', 0, 'd', 1)
    await end(app, 'w_2', 0, 'f', 'no')
    await workflows.revoke('w_3', 'enough')
    await app.redis.del(app.keys.workflow('w_5'))
    expect(await workflows.counts()).toEqual({ running: 1, succeeded: 1, failed: 1, revoked: 1, total: 4 })
    const { total, workflows: page } = await workflows.newest(1, 2)
    expect([total, page.map(({ id, state }) => [id, state])]).toEqual([
      5,
      [
        ['w_4', 'running'],
        ['w_3', 'revoked'],
      ],
    ])
    expect((await workflows.newest(0, 2)).total).toBe(4)
    expect(await app.redis.zcard(app.keys.workflowList)).toBe(4)
  })

  test('are no more than twice as many as there are, though nobody lists them', async () => {
    const app = testApp(broker)
    for (let at = 0; at < 60; at++) {
      await app.engine.workflows.create(chainOf(`w_${at}`, 1))
      if (at < 50) await app.redis.del(app.keys.workflow(`w_${at}`))
    }
    expect(await app.redis.zcard(app.keys.workflowList)).toBeLessThan(35)
  })

  test('are due when somebody is to look, to one caller each', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chainOf('w_1', 1))
    await app.engine.workflows.create(chainOf('w_2', 1))
    await app.engine.workflows.create(chainOf('w_3', 1))
    expect(await app.engine.workflows.due(10)).toEqual([])
    await app.redis.del(app.keys.workflow('w_3'))
    for (const id of ['w_1', 'w_2', 'w_3']) await app.redis.zadd(app.keys.workflows, 1, id)
    const told = await Promise.all([1, 2, 3].map(() => app.engine.workflows.due(1)))
    expect(told.flat().sort()).toEqual(['w_1', 'w_2'])
    expect(await app.engine.workflows.due(10)).toEqual([])
    expect(await app.redis.zscore(app.keys.workflows, 'w_3')).toBeNull()
  })

  test('can be forgotten once they have ended', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 2))
    expect(await app.engine.workflows.forget('w_c')).toBe(false)
    await end(app, 'w_c', 0, 'f', 'no')
    expect(await app.engine.workflows.forget('w_c')).toBe(false)
    await end(app, 'w_c', 1, 'd', 1)
    expect(await app.engine.workflows.forget('w_c')).toBe(true)
    expect(await app.engine.workflows.forget('w_c')).toBe(false)
    expect((await keysOf(app)).filter((key) => !key.endsWith(':events'))).toEqual([])
  })
})

test('the job that waits for a workflow goes on when that ends', async () => {
  const app = testApp(broker)
  const blocked = app.keys.lane('default', 'waiting-children')
  for (const [node, id] of ['w_1', 'w_2', 'w_3'].entries()) {
    await app.engine.workflows.create({ ...chainOf(id, 1), owner: { id: `job${node}`, lane: 'default' } })
    await app.redis.hset(app.keys.job('default', `job${node}`), 'name', 'work', 'timestamp', '1')
    await app.redis.zadd(blocked, 1, `job${node}`)
  }
  expect((await end(app, 'w_1', 0, 'd', 1))?.owner).toEqual({ id: 'job0', lane: 'default' })
  expect((await end(app, 'w_2', 0, 'f', 'no'))?.owner).toEqual({ id: 'job1', lane: 'default' })
  await app.engine.workflows.revoke('w_3', 'enough')
  expect(await app.redis.zcard(blocked)).toBe(0)
  expect(await app.redis.lrange(app.keys.lane('default', 'wait'), 0, -1)).toEqual(['job0', 'job1', 'job2'])
})

describe('data that somebody else wrote', () => {
  const NODES: readonly WorkflowNode[] = chordOf('w_c', 2).nodes.map(({ node }) => node)
  const TEXTS = [
    '',
    'x',
    't|',
    't|99|e|x',
    'j|3|e|x|0',
    'f|*0-99999999999/0',
    'f|f|f',
    'p|2',
    'g||',
    'j|2|2.0|1|0',
    '{}',
  ]

  test.each(TEXTS)('never makes the end of a job fail: %s as a node', async (text) => {
    const app = testApp(broker)
    for (const index of [0, 2, 3]) {
      const id = `w_${index}`
      await app.engine.workflows.create(workflowOf(id, NODES, ['0', '1']))
      await app.redis.hset(app.keys.workflow(id), `n${index}`, text)
      await endAll(app, id, [0, 1], 'f')
      await revive(app, id, 0)
      await endAll(app, id, [0, 1, 3])
      await app.engine.workflows.take(id, 10)
      expect(await app.engine.workflows.nodes(id, 0, 4)).toBeInstanceOf(Array)
      expect(await app.engine.workflows.summary(id)).toMatchObject({ id })
    }
  })

  test('leads round in no circle', async () => {
    const app = testApp(broker)
    for (const [id, text] of [
      ['w_1', 'p|1|e'],
      ['w_2', 'g||1'],
      ['w_3', 'f|1,1'],
    ] as const) {
      await app.engine.workflows.create(workflowOf(id, [task({ next: '1', up: '1' }), task()]))
      await app.redis.hset(app.keys.workflow(id), 'n1', text)
      await end(app, id, 0, 'f', 'no')
      await revive(app, id, 0)
      await end(app, id, 0, 'd', 1)
      expect(await app.engine.workflows.summary(id)).toMatchObject({ open: 0 })
    }
  })

  test.each(['values', 'ready', undefined] as const)('is no workflow: %s of another type', async (part) => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 2))
    await app.redis.set(app.keys.workflow('w_c', part), 'x')
    await endAll(app, 'w_c', [0, 1])
    await revive(app, 'w_c', 0)
    await app.engine.workflows.take('w_c', 10)
    await app.engine.workflows.revoke('w_c', 'enough')
    expect(await app.engine.workflows.newest(0, 10)).toBeDefined()
  })

  test.each(['total', 'open', 'done', 'keepMs', 'p2', 'x2', 'createdAt', 'shape', 's0', 'cause'])(
    'is read as nothing: %s',
    async (field) => {
      const app = testApp(broker)
      await app.engine.workflows.create(chordOf('w_c', 2))
      await app.redis.hset(app.keys.workflow('w_c'), field, '{no number')
      await endAll(app, 'w_c', [0, 1], 'f')
      await revive(app, 'w_c', 0)
      await endAll(app, 'w_c', [0, 3])
      expect(await app.engine.workflows.record('w_c')).toBeDefined()
      await app.redis.zadd(app.keys.workflows, 1, 'w_c')
      expect(await app.engine.workflows.due(10)).toBeInstanceOf(Array)
    },
  )

  test('is read as a failure nobody knows', async () => {
    const app = testApp(broker)
    await app.engine.workflows.create(chordOf('w_c', 2))
    await endAll(app, 'w_c', [0, 1], 'f')
    await app.redis.hset(app.keys.workflow('w_c'), 'e0', 'nothing')
    expect(await app.engine.workflows.summary('w_c')).toMatchObject({
      cause: { node: 0, task: 'work', failure: { name: 'Error', message: expect.stringContaining('damaged') } },
    })
    await app.redis.hset(app.keys.workflow('w_c', 'values'), { '2.0': 'nothing', '2.1': '>2' })
    expect((await app.engine.workflows.list('w_c', 'j2'))?.slots).toHaveLength(2)
  })
})

test('a broker that has lost its scripts is told them again', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = testApp(broker)
  await app.engine.workflows.create(chainOf('w_a', 2))
  const admin = new Redis(broker.url)
  onTestFinished(() => admin.disconnect())
  await admin.script('FLUSH')
  expect(await app.engine.workflows.take('w_a', 1)).toMatchObject({ ready: [] })
  await admin.script('FLUSH')
  expect((await app.engine.workflows.create(chainOf('w_b', 2))).isNew).toBe(true)
})
