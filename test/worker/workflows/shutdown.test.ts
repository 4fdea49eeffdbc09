import { expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import type { WorkflowDriver } from '../../../src/worker/workflow-driver.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const MEMBERS = 300

test('a worker that is stopped while a large group begins leaves the rest of it to others', async () => {
  const first = defineTask({ name: 'first' }, () => 1)
  const member = defineTask({ name: 'member' }, (_, value: number) => value)
  const app = testApp(broker, { tasks: [first, member] })
  const begins = Promise.withResolvers<void>()
  const workflowDriver = async (): Promise<WorkflowDriver> => {
    const driver = await app.client.workflowDriver()
    return {
      advance: async (move, stop) => {
        begins.resolve()
        await new Promise((resolve) => stop?.addEventListener('abort', resolve))
        await driver.advance(move, stop)
      },
      sweep: (stop) => driver.sweep(stop),
      readList: (workflow, ref) => driver.readList(workflow, ref),
      endOf: (workflow) => driver.endOf(workflow),
    }
  }
  const { worker } = await app.worker({ options: { workflowDriver } })
  const members = Array.from({ length: MEMBERS }, () => member.s())
  const result = await chain(first.s(), group(members)).delay()
  await begins.promise
  await worker.stop()
  const made = await app.redis.llen(app.keys.lane('default', 'wait'))
  expect(made).toBeGreaterThan(0)
  expect(made).toBeLessThan(MEMBERS)
  await app.worker()
  await app.redis.zadd(app.keys.workflows, 0, result.id)
  await (await app.client.workflowDriver()).sweep()
  expect(await result.get()).toHaveLength(MEMBERS)
})
