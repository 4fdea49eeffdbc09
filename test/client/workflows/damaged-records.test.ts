import { expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const one = () => defineTask({ name: 'one' }, () => 1)

it('says that a record is damaged of which nothing is left that could go on', async () => {
  const task = one()
  const app = testApp(broker, { tasks: [task] })
  const result = await chain(task.s(), task.si()).delay()
  await app.redis.hset(app.keys.workflow(result.id), 'n1', 'garbage')
  await app.worker()
  const error = await rejection(result.get())
  expect(error).toMatchObject({ message: expect.stringContaining('its record is damaged') })
  expect(error).toMatchObject({ code: 'TASKQ_JOB_FAILED' })
})

it('ends a workflow that counts more open parts than it has', async () => {
  const task = one()
  const app = testApp(broker, { tasks: [task] })
  const result = await chain(task.s(), task.si()).delay()
  const record = app.keys.workflow(result.id)
  await app.redis.hset(record, 'open', 100)
  await app.worker()
  expect(await result.get()).toBe(1)
  expect(await app.redis.pttl(record)).toBe(-1)
  await app.engine.workflows.mend(result.id)
  expect(await app.redis.hget(record, 'open')).toBe('0')
  expect(await app.redis.pttl(record)).toBeGreaterThan(0)
  expect(await app.redis.zscore(app.keys.workflows, result.id)).toBeNull()
})

it('is not ended early: one that has failed while a member runs stays open', async () => {
  const task = one()
  const app = testApp(broker, { tasks: [task] })
  const result = await chain(task.s(), task.si()).delay()
  await app.redis.hset(app.keys.workflow(result.id), 'state', 'failed')
  await app.engine.workflows.mend(result.id)
  expect(await app.redis.hget(app.keys.workflow(result.id), 'open')).toBe('1')
})
