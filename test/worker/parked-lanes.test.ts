import { expect, test } from 'vitest'
import { purgeQueues } from '../../src/control/purge.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

test('a task that nobody ever knew leaves no lane behind', async () => {
  const app = testApp(broker, { tasks: [] })
  const { worker, events } = await app.worker()
  for (let n = 0; n < 3; n++) await app.client.enqueue(`typo${n}`, [])
  await events.until(() => events.of('job.parked').length === 3, 10_000, 'parking')
  const side = await app.side()
  const keep = { resultTtlMs: 60_000, deadLetterTtlMs: 60_000, maxDeadLetters: 100 }
  const sweep = (over = {}) => side.sweepUnserved(['default'], new Set(['default']), { ...keep, ...over })
  await sweep()
  expect(await app.engine.lanes()).toHaveLength(4)
  const revoked = events.of('job.parked')[0]
  await app.engine.revoke({ id: revoked?.id as string, lane: `default~${revoked?.task}` }, 'not wanted')
  await purgeQueues(app.engine, {})
  await sweep()
  expect(await app.engine.lanes(), 'what was revoked is still told').toEqual(['default', `default~${revoked?.task}`])
  await worker.stop()
  await sweep({ deadLetterTtlMs: 0 })
  expect(await app.engine.lanes()).toEqual(['default'])
  expect(await app.redis.keys('*typo*')).toEqual([])
})
