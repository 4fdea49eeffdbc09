import { expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

test('a call whose id is a part of that of another is told from it', async () => {
  const task = defineTask({ name: 'echo', debounce: '1h' }, (_, n: number) => n)
  const app = testApp(broker, { tasks: [task] })
  const first = await task.delay(1)
  await task.applyAsync([2], { taskId: 'order-10' })
  await task.applyAsync([3], { taskId: 'order-1' })
  expect((await app.engine.jobs.find(first.id))?.data).toContain('[3]')
})

test('a call that is sent again is known among very many', async () => {
  const task = defineTask({ name: 'echo', debounce: '1h' }, (_, n: number) => n)
  const app = testApp(broker, { tasks: [task] })
  const first = await task.delay(1)
  const call = await app.client.plan({ task: 'echo', args: [2], options: {}, id: 'second' })
  for (let n = 0; n < 100; n++) await task.delay(n)
  await app.engine.producer.add(call)
  await task.delay(3)
  expect(await app.engine.producer.add(call)).toMatchObject({ id: first.id, isNew: false })
  expect((await app.engine.jobs.find(first.id))?.data).toContain('[3]')
})

test('a job whose arguments are replaced waits under the limits of the keys of the latest', async () => {
  const gate = Promise.withResolvers<void>()
  const ran: string[] = []
  const task = defineTask(
    {
      name: 'import',
      keepLatest: { key: (kind: string) => kind },
      maxConcurrency: 1,
      concurrencyKey: (_: string, tenant: string) => tenant,
    },
    async (_, kind: string, tenant: string) => {
      ran.push(`${kind} of ${tenant}`)
      if (kind === 'users') await gate.promise
    },
  )
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const held = await task.delay('users', 'a')
  await expect.poll(() => ran).toEqual(['users of a'])
  const replaced = await task.delay('orders', 'a')
  // The worker has put it into the row of its key.
  await expect.poll(() => app.redis.zscore(app.keys.keyed('default~import', 'waiting'), replaced.id)).not.toBeNull()
  expect(await task.delay('orders', 'b')).toMatchObject({ id: replaced.id, deduplicated: true })
  await replaced.get({ timeout: '10s' })
  expect(ran).toEqual(['users of a', 'orders of b'])
  const back = await task.delay('orders', 'b')
  await back.get()
  gate.resolve()
  await held.get()
  expect(ran).toEqual(['users of a', 'orders of b', 'orders of b'])
})
