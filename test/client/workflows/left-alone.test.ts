import { expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { defineTask } from '../../../src/task/define-task.js'
import { PartDesk } from '../../engine/workflows/part-desk.js'
import { brokerOfFile } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** A job that has just made the workflow that it is to end as, and the next sweep. */
async function making(app: TestApp) {
  const { id } = await made(app)
  const sweep = async () => {
    await app.redis.zadd(app.keys.workflows, 0, id)
    await (await app.client.workflowDriver()).sweep()
  }
  return { id, sweep, held: await new PartDesk(app, 'owners').take() }
}

async function made(app: TestApp) {
  const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
  const job = { id: 'owner', lane: 'owners', task: 'report', data: '{"v":1,"args":[]}', delayMs: 0 }
  await app.engine.producer.add(job)
  const run = { job: job.id, lane: job.lane, mark: 'r', owns: true }
  return app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run)
}

const stateOf = (app: TestApp, id: string) => app.client.result(id).state()

test('a workflow is revoked whose job ended before it waited for it', async () => {
  const app = testApp(broker)
  const { id, sweep, held } = await making(app)
  await sweep()
  expect(await stateOf(app, id)).toBe('active')
  await held.lane.bury(held.job, { name: 'Error', message: 'crashed too often' }, { fetchNext: false })
  await sweep()
  expect(await stateOf(app, id)).toBe('revoked')
  expect(await stateOf(app, `${id}~0`)).toBe('revoked')
})

test('a workflow is revoked whose job is gone before it waited for it', async () => {
  const app = testApp(broker)
  const { id, sweep, held } = await making(app)
  await held.lane.succeed(held.job, null, { fetchNext: false, keep: false })
  await sweep()
  expect(await stateOf(app, id)).toBe('revoked')
})

test('a workflow goes on whose job waits to run again, or waits for it', async () => {
  const app = testApp(broker)
  const { id, sweep, held } = await making(app)
  await held.lane.retry(held.job, { name: 'Error', message: 'no' }, 0, { fetchNext: false })
  await sweep()
  expect(await stateOf(app, id)).toBe('active')
  const again = await new PartDesk(app, 'owners').take()
  await again.lane.waitFor(again.job, id)
  await sweep()
  expect(await stateOf(app, id)).toBe('active')
})
