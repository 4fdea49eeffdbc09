import { describe, expect, test } from 'vitest'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskCodecOptions } from '../../src/task/options/payload-options.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const KEYS = { encrypt: { keys: [{ id: 'k1', key: Buffer.alloc(32, 'k').toString('base64') }] } }

/** An app whose task is known to its worker alone. */
async function appWith(codec: TaskCodecOptions, config: TaskqConfig = {}): Promise<TestApp> {
  const task = defineTask({ name: 'told', codec }, async (_, value: unknown) => value)
  const app = testApp(broker, { tasks: [task], config })
  await app.worker()
  forgetTasks('told')
  return app
}

/** Another process of the same app, with another config. */
const producerOf = (app: TestApp, config: TaskqConfig = {}) =>
  testApp(broker, { config: { ...config, prefix: app.config.prefix } }).client

const sent = async (client: TestApp['client'], value: unknown = 'x') =>
  (await client.plan({ id: 'j', task: 'told', args: [value], options: {} })).data

describe('a producer without the code of a task', () => {
  test('refuses a task that is to be encrypted where it has no key', async () => {
    const app = await appWith({ encrypt: true }, { codec: KEYS })
    const refused = rejection(producerOf(app).enqueue('told', ['x']))
    expect(await refused).toMatchObject({
      code: 'TASKQ_PAYLOAD_KEY_MISSING',
      message: 'told is to be encrypted, and codec.encrypt has no keys',
    })
    const { client } = testApp(broker, { config: { prefix: app.config.prefix, codec: KEYS } })
    expect(await (await client.enqueue('told', ['x'])).get({ timeout: '10s' })).toBe('x')
  })

  test('writes what the task reads: types that JSON lacks', async () => {
    const app = await appWith({ types: true })
    const at = new Date(5)
    expect(await (await producerOf(app).enqueue('told', [at])).get({ timeout: '10s' })).toEqual(at)
  })

  test('goes by its own config before what it was told', async () => {
    const app = await appWith({ types: true })
    const own = producerOf(app, { taskOptions: { told: { codec: { types: false } } } })
    expect(await rejection(sent(own, new Date()))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
  })

  test('is never told to leave its encryption out', async () => {
    const app = await appWith({ encrypt: false }, { codec: KEYS })
    expect(await sent(producerOf(app, { codec: KEYS }), 'secret')).not.toContain('secret')
  })

  test('takes nothing from what is damaged', async () => {
    const app = await appWith({})
    for (const codec of [7, null, 'types', { types: 'yes', other: 1 }, []]) {
      await app.redis.hset(app.keys.tasks, 'told', JSON.stringify({ queue: 'default', ignoreResult: false, codec }))
      expect(JSON.parse(await sent(producerOf(app)))).toMatchObject({ v: 1, args: ['x'] })
    }
  })
})
