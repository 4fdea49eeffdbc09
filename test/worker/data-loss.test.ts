import { expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

/** Everything of the app is gone, as after a restart without a file. */
async function empty(app: ReturnType<typeof testApp>): Promise<void> {
  await app.redis.del(...(await app.redis.keys(`${app.keys.prefix}*`)))
}

const limited = defineTask({ name: 'loss-limited', rateLimit: '1000/s' }, () => 'ran')

test('a worker says once that the broker lost its data, and tells tasks and limits again', async () => {
  const app = testApp(broker, { tasks: [limited] })
  const { worker, events } = await app.worker()
  await empty(app)
  const { detail } = await events.waitFor('broker.data-lost')
  expect(detail).toContain('it holds nothing of what it held')
  const lane = app.keys.lane('default~loss-limited', 'meta')
  while ((await app.redis.exists(app.keys.tasks, lane)) < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(await (await app.client.enqueue('loss-limited', [])).get({ timeout: '5s' })).toBe('ran')
  // One more heartbeat.
  await worker.stop()
  expect(events.of('broker.data-lost')).toHaveLength(1)
})

test('a worker says that the broker has gone back in time', async () => {
  const app = testApp(broker, { tasks: [limited] })
  const { worker, events } = await app.worker()
  const [id = ''] = await app.redis.zrange(app.keys.workers, '0', '-1')
  const beats = async () => Number(/"beats":(\d+)/.exec((await app.redis.get(app.keys.worker(id))) ?? '')?.[1])
  while ((await beats()) < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await app.redis.set(app.keys.worker(id), '{"beats":1,"id":"old"}', 'PX', 60_000)
  void worker.stop()
  expect((await events.waitFor('broker.data-lost')).detail).toContain('it holds what it held some time ago')
})

test('a worker says nothing of the first start, nor of another worker', async () => {
  const app = testApp(broker, { tasks: [limited] })
  const first = await app.worker()
  const second = await app.worker()
  await Promise.all([first.worker.stop(), second.worker.stop()])
  expect([...first.events.of('broker.data-lost'), ...second.events.of('broker.data-lost')]).toEqual([])
})

test('a beat says once that the broker lost its data, and has its entries back at once', async () => {
  const app = testApp(broker, { tasks: [limited] })
  const entry = entryOf({
    name: 'a',
    task: 'loss-limited',
    schedule: { kind: 'interval', everyMs: 3_600_000, anchorMs: 0 },
  })
  const { events, store } = await startBeat(app, [entry])
  await events.waitFor('beat.leading')
  await empty(app)
  await events.waitFor('broker.data-lost')
  expect([...(await store.readAll()).records.keys()]).toEqual(['a'])
  await store.edits()
  expect(events.of('broker.data-lost')).toHaveLength(1)
})
