import { expect, test } from 'vitest'
import { createCodec } from '../../src/codec/codec.js'
import { outgrows } from '../../src/codec/outgrows.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LIMIT = { results: { max: 1000 } }

/** Arrays in arrays, so deep. */
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

test('arguments that are far too large are refused without being written', async () => {
  const echo = defineTask({ name: 'echo' }, (_, value: unknown) => typeof value)
  testApp(broker, { tasks: [echo] })
  const huge = 'x'.repeat(50_000_000)
  // Written, it would be read first: a getter is not asked.
  const late = {
    huge,
    get unread(): never {
      throw new Error('it was looked at')
    },
  }
  const error = await rejection(echo.delay(late))
  expect(error).toMatchObject({ code: 'TASKQ_PAYLOAD_TOO_LARGE', message: expect.stringContaining('50000') })
})

test.each([
  ['a text', 'x'.repeat(101)],
  ['a list', Array(101).fill(0)],
  ['keys', { ['k'.repeat(101)]: 1 }],
  ['bytes', Buffer.alloc(101)],
  ['what is inside', { a: [{ b: ['x'.repeat(60), 'x'.repeat(60)] }] }],
])('%s is known to be too large', (_, value) => {
  expect(outgrows(value, 100)).toBeGreaterThan(100)
})

test('a cycle is no size, and is told of as a cycle', async () => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(outgrows(cycle, 1000)).toBeUndefined()
})

test('a result that is too large ends its job, which is not run again', async () => {
  let runs = 0
  const large = defineTask({ name: 'large', retries: 3 }, () => {
    runs++
    return { text: 'x'.repeat(2000) }
  })
  const list = defineTask({ name: 'list', retries: 3 }, () => Array(400).fill('é'))
  const app = testApp(broker, { tasks: [large, list], config: LIMIT })
  const { events } = await app.worker()
  const job = await large.delay()
  await expect(job.get()).rejects.toThrow('bytes of JSON')
  expect(runs).toBe(1)
  expect(await app.client.result(job.id).state()).toBe('failed')
  await expect((await list.delay()).get()).rejects.toThrow()
  const codes = events.of('job.dead-lettered').map(({ failure }) => failure.code)
  expect(codes).toEqual(['TASKQ_RESULT_TOO_LARGE', 'TASKQ_RESULT_TOO_LARGE'])
})

test('a result that nobody keeps may be of any size', async () => {
  const large = defineTask({ name: 'large', ignoreResult: true }, () => 'x'.repeat(2000))
  const app = testApp(broker, { tasks: [large], config: LIMIT })
  const { events } = await app.worker()
  await large.delay()
  await events.waitFor('job.succeeded')
})

test('JSON that is nested a million levels deep is malformed at once, and no stack overflows', () => {
  const codec = createCodec()
  for (const text of [nested(1_000_000), `{"v":1,"args":${nested(1_000_000)}}`]) {
    expect(['malformed', 'envelope']).toContain(codec.decodeEnvelope({ id: 'j', task: 't' }, text).kind)
  }
})
