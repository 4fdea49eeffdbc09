import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { startBroker } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

describe('a broker that lost its data while a worker runs', () => {
  test.each(['FLUSHALL', 'restart', 'known tasks alone'] as const)(
    'knows its tasks and their rates again: %s',
    async (loss) => {
      const broker = await startBroker()
      const limited = defineTask({ name: 'limited', rateLimit: '2/h' }, () => {})
      const free = defineTask({ name: 'free' }, () => {})
      const app = testApp(broker, { tasks: [limited, free] })
      app.onClose(() => broker.stop())
      await app.worker({ name: 'one' })
      await app.worker({ name: 'two', tasks: [free] })
      const known = await app.engine.knownTasks()
      expect([...known.keys()].sort()).toEqual(['free', 'limited'])
      if (loss === 'FLUSHALL') await app.redis.flushall()
      else if (loss === 'restart') await broker.restart()
      else await app.redis.del(app.keys.tasks)
      await vi.waitFor(async () => expect(await app.engine.knownTasks()).toEqual(known), 15_000)
      expect((await app.engine.queueOverviews()).queues).toMatchObject([
        { queue: 'default', limits: [{ task: 'limited', window: { max: 1, durationMs: 1_800_000 } }] },
      ])
    },
  )
})
