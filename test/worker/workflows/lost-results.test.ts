import { expect, test, vi } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

type Harm = (app: TestApp, values: string, slot: string) => Promise<unknown>

/** A workflow of which something harms the first member's result, and what `sum` is called with. */
function harmed(harm: Harm) {
  const called: unknown[] = []
  const five = defineTask({ name: 'five' }, () => 5)
  const sum = defineTask({ name: 'sum' }, (_, all: unknown) => {
    called.push(all)
    return 0
  })
  const spoil = defineTask({ name: 'spoil' }, async (ctx) => {
    const values = app.keys.workflow(ctx.request.id.replace(/~.*/, ''), 'values')
    const slot = await vi.waitFor(async () => {
      const slots = await app.redis.hkeys(values)
      return slots.find((name) => name.endsWith('.0')) ?? Promise.reject(new Error('not yet'))
    })
    await harm(app, values, slot)
    return 2
  })
  const app = testApp(broker, { tasks: [five, sum, spoil] })
  return { app, five, sum, spoil, called }
}

test.each<[string, Harm]>([
  ['gone', (app, values, slot) => app.redis.hdel(values, slot)],
  ['gone with all others', (app, values) => app.redis.del(values)],
  ['cut off', (app, values, slot) => app.redis.hset(values, slot, '{"id":"w')],
])('a body does not run with a list of which a result is %s', async (_, harm) => {
  const { app, five, sum, spoil, called } = harmed(harm)
  await app.worker()
  const result = await chord([five.s(), spoil.s()], sum.s()).delay()
  expect(await rejection(result.get())).toMatchObject({ rootCause: { code: 'TASKQ_WORKFLOW_LOST', task: 'sum' } })
  expect(called).toEqual([])
})

test('a group does not come to a list with a hole', async () => {
  const { app, five, spoil } = harmed((app, values, slot) => app.redis.hdel(values, slot))
  await app.worker()
  const result = await group([five.s(), spoil.s()]).delay()
  expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_WORKFLOW_LOST' })
})

test('a next part does not run without the result before it', async () => {
  const { app, five, sum, called } = harmed(() => Promise.resolve())
  const long = defineTask({ name: 'long' }, () => 'x'.repeat(5000))
  // Nobody makes the second's job yet: there is no worker for it.
  const result = await chain(long.s(), sum.s(), five.s()).delay()
  await app.worker({ tasks: [long], options: { workflowDriver: () => Promise.reject(new Error('away')) } })
  await vi.waitFor(async () => expect(await result.counts()).toMatchObject({ done: 1 }))
  await app.redis.del(app.keys.workflow(result.id, 'values'))
  const ready = app.keys.workflow(result.id, 'ready')
  for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, 1, member)
  await app.redis.zadd(app.keys.workflows, 0, result.id)
  await (await app.client.workflowDriver()).sweep()
  expect(await rejection(result.get())).toMatchObject({ rootCause: { code: 'TASKQ_WORKFLOW_LOST', task: 'sum' } })
  expect(called).toEqual([])
})
