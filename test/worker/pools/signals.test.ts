import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { poolApp } from './pool-app.js'
import { retriesOnce, throwsAsTold } from './project/tasks.js'

const broker = brokerOfFile()
const timeout = '20s'

describe.each(['process', 'thread'] as const)('in a pool of kind %s', (pool) => {
  const start = () => poolApp(broker, { pool }).start()

  test('errors are judged by their classes', async () => {
    const { events } = await start()
    const result = await throwsAsTold.delay('Gone')
    expect(await rejection(result.get({ timeout }))).toMatchObject({ failure: { name: 'Gone', message: 'for good' } })
    expect(await events.waitFor('job.dead-lettered')).toMatchObject({ attempt: 1, isExpected: true })
  })

  test('signals are heard', async () => {
    const { events } = await start()
    expect(await rejection((await throwsAsTold.delay('Reject')).get({ timeout }))).toMatchObject({
      failure: { name: 'Reject' },
    })
    const result = await throwsAsTold.delay('Snooze')
    expect(await result.get({ timeout })).toBeTypeOf('number')
    expect(events.of('job.snoozed')).toMatchObject([{ id: result.id, attempt: 1 }])
    expect(events.of('job.retried')).toEqual([])
  })

  test('hooks are called beside the code', async () => {
    const { lines } = await start()
    const pid = await (await throwsAsTold.delay('Snooze')).get({ timeout })
    expect(lines).toMatchObject([
      { message: 'snoozed', fields: { pid } },
      { message: 'succeeded', fields: { pid } },
    ])
  })

  test('hooks are called by the worker where the child had to be killed', async () => {
    const { lines } = await start()
    const result = await throwsAsTold.applyAsync(['nothing more'], { timeLimit: 300, retries: 0 })
    expect(await rejection(result.get({ timeout }))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
    expect(lines).toMatchObject([
      { message: expect.stringMatching(/^failed: throwsAsTold .* hard limit/) },
      { message: 'failed', fields: { pid: process.pid } },
    ])
  })

  test("a child that dies is a crash: with acks: 'early' the job is not run again", async () => {
    const { events } = await start()
    const result = await retriesOnce.applyAsync(['exits'], { acks: 'early' })
    expect(await rejection(result.get({ timeout }))).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(events.of('job.retried')).toEqual([])
    expect(await (await retriesOnce.delay('exits')).get({ timeout })).toBe(2)
  })
})
