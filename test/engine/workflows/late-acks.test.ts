import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { chainOf, end } from '../../support/ledger.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** Adds the job of a node that was handed to this process so long ago. */
const add = (app: TestApp, node: number, heldMs: number) =>
  app.engine.producer.add({
    ...{ id: `w_a~${node}`, lane: 'default', task: 'work', data: '{"v":1,"args":[]}', delayMs: 0 },
    part: { workflow: 'w_a', node, handedAt: performance.now() - heldMs },
  })
const stateOf = async (app: TestApp, node: number) => (await app.engine.workflows.nodesAt('w_a', [node]))[0]?.state
const callOf = (app: TestApp, node: number) => app.redis.hget(app.keys.workflow('w_a'), `c${node}`)

/** A chain whose first job has ended, and whose second is added. */
async function secondAdded(heldMs: number): Promise<TestApp> {
  const app = testApp(broker)
  await app.engine.workflows.create(chainOf('w_a', 3))
  await end(app, 'w_a', 0, 'd', 'one')
  await add(app, 1, heldMs)
  return app
}

describe('a part that is a job', () => {
  test('is noted by itself, a while after it was added', async () => {
    const app = await secondAdded(0)
    expect(await stateOf(app, 1)).toBe('queued')
    await expect.poll(() => stateOf(app, 1), { timeout: 8000 }).toBe('added')
    expect(await callOf(app, 1)).toBeNull()
    expect(await app.redis.exists(app.keys.workflow('w_a', 'ready'))).toBe(0)
  })

  test('is noted at once where it was its maker’s for long', async () => {
    const app = await secondAdded(5000)
    expect(await stateOf(app, 1)).toBe('added')
  })

  test('need not be noted when its end is told: nothing is left of it, and it is not handed out again', async () => {
    const app = await secondAdded(0)
    expect((await end(app, 'w_a', 1, 'd', 'two'))?.ready).toMatchObject([{ index: 2 }])
    app.engine.producer.lateAcks.forget({ workflow: 'w_a', node: 1 })
    await app.engine.producer.lateAcks.flush()
    expect(await stateOf(app, 1)).toBe('done')
    expect(await callOf(app, 1)).toBeNull()
    const ready = app.keys.workflow('w_a', 'ready')
    expect(await app.redis.zrange(ready, '0', '-1')).toEqual(['000002'])
    for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, 1, member)
    expect((await app.engine.workflows.take('w_a', 10)).ready).toMatchObject([{ index: 2 }])
  })

  test('is found by a sweep where whoever added it died before it noted that', async () => {
    const app = await secondAdded(0)
    app.engine.producer.lateAcks.forget({ workflow: 'w_a', node: 1 })
    await app.redis.zadd(app.keys.workflow('w_a', 'ready'), 1, '000001')
    expect((await app.engine.workflows.take('w_a', 10)).ready).toEqual([])
    expect(await stateOf(app, 1)).toBe('added')
  })
})

test('a workflow that goes on is due within fifteen seconds, also where somebody has just looked at it', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(chainOf('w_a', 4))
  const dueIn = async () => Number(await app.redis.zscore(app.keys.workflows, 'w_a')) - Date.now()
  await end(app, 'w_a', 0, 'd', 1)
  expect(await dueIn()).toBeLessThan(16_000)
  await add(app, 1, 5000)
  await app.redis.zadd(app.keys.workflows, 0, 'w_a')
  expect(await app.engine.workflows.due(10)).toEqual(['w_a'])
  expect(await dueIn()).toBeGreaterThan(50_000)
  await end(app, 'w_a', 1, 'd', 1)
  expect(await dueIn()).toBeLessThan(16_000)
})
