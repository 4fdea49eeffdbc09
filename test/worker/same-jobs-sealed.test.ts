import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createViewer } from '../../src/codec/viewer.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const key = () => ({ id: 'k1', key: randomBytes(32).toString('base64') })

test.each(['debounce', 'keepLatest'] as const)(
  "the latest call's arguments can be read where payloads are encrypted and signed (%s)",
  async (rule) => {
    const options = rule === 'debounce' ? { debounce: 200 } : { keepLatest: true }
    const task = defineTask({ name: 'sealed', ...options }, (_, n: number) => n)
    const config = { codec: { encrypt: { keys: [key()] }, sign: { keys: [key()] } } }
    const app = testApp(broker, { tasks: [task], config })
    const first = await task.delay(1)
    expect(await task.delay(2)).toMatchObject({ id: first.id, deduplicated: true })
    const detail = await readJobDetail(app.engine, first.id, createViewer(app.config))
    expect(detail).toMatchObject({ args: '[2]', sameAs: 'sealed:*' })
    await app.worker()
    expect(await first.get()).toBe(2)
  },
)

test.each(['sign', 'encrypt'] as const)("a job that claims another one's payload is refused (%s)", async (way) => {
  const task = defineTask({ name: 'sealed' }, (_, n: number) => n)
  const app = testApp(broker, { tasks: [task], config: { codec: { [way]: { keys: [key()] } } } })
  const job = await task.delay(1)
  const copy = await app.redis.hgetall(app.keys.job('default', job.id))
  await app.redis.hset(app.keys.job('default', 'evil'), { ...copy, deid: `${job.id}:x` })
  await app.redis.lpush(app.keys.lane('default', 'wait'), 'evil')
  const { events } = await app.worker()
  expect(await events.waitFor('job.dead-lettered')).toMatchObject({
    id: 'evil',
    failure: { code: 'TASKQ_PAYLOAD_REFUSED' },
  })
  expect(await job.get()).toBe(1)
})
