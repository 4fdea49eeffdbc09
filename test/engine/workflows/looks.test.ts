import { expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { end, revive, task, workflowOf } from '../../support/ledger.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const ID = 'w_busy'

/** Two chains side by side: nodes 0 to 1, and 2 to 4. */
const sideBySide = () =>
  workflowOf(
    ID,
    [
      ...[task({ next: '1' }), task({ next: '5.0', up: '5.0' })],
      ...[task({ next: '3' }), task({ next: '4' }), task({ next: '5.1', up: '5.1' })],
      { kind: 'join', next: 'e', up: 'e', size: 2, allowFailures: false },
    ],
    ['0', '2'],
  )

/** Somebody is to look at it at that time, as they were told before. */
async function isDueAt(app: TestApp, at: number): Promise<void> {
  await app.redis.zadd(app.keys.workflows, at, ID)
  await app.redis.hset(app.keys.workflow(ID), 'look', at)
}

const dueAt = async (app: TestApp) => Number(await app.redis.zscore(app.keys.workflows, ID))

test('what nobody made a job of is found, however much goes on beside it', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  await end(app, ID, 0, 'd', 1)
  // Whoever was handed node 1 died, and the lease is over.
  const ready = app.keys.workflow(ID, 'ready')
  await app.redis.zadd(ready, 'XX', 1, '000001')
  await isDueAt(app, 1)
  await end(app, ID, 2, 'd', 1)
  await end(app, ID, 3, 'd', 1)
  expect(await app.engine.workflows.due(10)).toEqual([ID])
  expect((await app.engine.workflows.take(ID, 10)).ready).toMatchObject([{ index: 1 }])
})

test('a look that is to come is not put off by an end, nor by a job that runs again', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  const soon = Date.now() + 3000
  await isDueAt(app, soon)
  await end(app, ID, 0, 'd', 1)
  expect(await dueAt(app)).toBe(soon)
  await end(app, ID, 2, 'f', 'boom')
  await revive(app, ID, 2)
  await end(app, ID, 2, 'd', 1)
  expect(await dueAt(app)).toBe(soon)
})

test('a look that is far is brought near by an end', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  await isDueAt(app, Date.now() + 600_000)
  await end(app, ID, 0, 'd', 1)
  expect(await dueAt(app)).toBeLessThan(Date.now() + 30_000)
})

test('what is gone from the list of those to look at comes back with an end', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  await app.redis.del(app.keys.workflows)
  await app.redis.hset(app.keys.workflow(ID), 'look', 1)
  await end(app, ID, 0, 'd', 1)
  expect(await dueAt(app)).toBeGreaterThan(Date.now())
})

test('what goes on by itself is handed to a sweep once, and then left alone for a while', async () => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  await isDueAt(app, 1)
  expect(await app.engine.workflows.due(10)).toEqual([ID])
  await isDueAt(app, 1)
  expect(await app.engine.workflows.due(10)).toEqual([])
  // Until what was handed out first is anybody's.
  const [, lease] = await app.redis.zrange(app.keys.workflow(ID, 'ready'), '0', '0', 'WITHSCORES')
  expect(await dueAt(app)).toBe(Number(lease))
})

test.each([
  ['is ready and nobody’s', (app: TestApp) => app.redis.zadd(app.keys.workflow(ID, 'ready'), 'XX', 1, '000000')],
  ['may have lost jobs', (app: TestApp) => app.redis.hset(app.keys.workflow(ID), 'mendAt', 1)],
  ['was revoked', (app: TestApp) => app.engine.workflows.revoke(ID, 'enough')],
  ['is asked for', (app: TestApp) => isDueAt(app, 0)],
])('what %s is handed to a sweep again', async (_, change) => {
  const app = testApp(broker)
  await app.engine.workflows.create(sideBySide())
  await isDueAt(app, 1)
  expect(await app.engine.workflows.due(10)).toEqual([ID])
  await isDueAt(app, 1)
  await change(app)
  const score = await dueAt(app)
  if (score > 1) await isDueAt(app, 1)
  expect(await app.engine.workflows.due(10)).toEqual([ID])
})
