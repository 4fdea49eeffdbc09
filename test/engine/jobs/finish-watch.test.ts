import { describe, expect, test, vi } from 'vitest'
import type { JobRecord } from '../../../src/engine/jobs/job-record.js'
import { brokerOfFile } from '../../support/broker.js'
import { consumerOf } from '../../support/lost-worker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const add = (app: TestApp, id: string, lane = 'default') =>
  app.engine.producer.add({ id, lane, task: 'send', data: '{"v":1,"args":[]}', delayMs: 0 })

/** Waits for a job's end as a result does. */
function endOf(app: TestApp, id: string, timeoutMs: number, lane = 'default'): Promise<JobRecord | undefined> {
  const look = async () => {
    const job = await app.engine.jobs.find(id, lane)
    return job?.standing.succeeded || job?.standing.failed ? job : undefined
  }
  return app.engine.finish.until({ lane, id }, look, timeoutMs)
}

describe('the end of a job', () => {
  test('is told by the event stream, well before it would be asked for', async () => {
    const app = testApp(broker)
    const lane = await consumerOf(app, 'default')
    const delays: number[] = []
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await add(app, id)
      const { job } = await lane.pull('t')
      const ended = endOf(app, id, 10_000)
      await vi.waitFor(() => expect(job).toBeDefined())
      if (job === undefined) return
      const endedAt = performance.now()
      await lane.succeed(job, null, { fetchNext: false, keep: true })
      expect((await ended)?.standing.succeeded).toBe(true)
      delays.push(performance.now() - endedAt)
    }
    // One of them may meet a poll; by polls alone the middle one would take half a second.
    expect(delays.sort((a, b) => a - b)[2]).toBeLessThan(250)
  })

  test('is found by asking when the event was trimmed away', async () => {
    const app = testApp(broker)
    const lane = await consumerOf(app, 'default')
    await add(app, 'a')
    const ended = endOf(app, 'a', 10_000)
    const { job } = await lane.pull('t')
    if (job === undefined) throw new Error('no job')
    // Ended and trimmed in one step of the broker: no reader sees the event.
    const client = app.redis.multi()
    const events = app.keys.lane('default', 'events')
    client.zadd(app.keys.lane('default', 'completed'), Date.now(), 'a').xtrim(events, 'MAXLEN', 0)
    await client.exec()
    expect((await ended)?.standing.succeeded).toBe(true)
  })

  test('before anybody waited is found at once', async () => {
    const app = testApp(broker)
    const lane = await consumerOf(app, 'default')
    await add(app, 'a')
    const { job } = await lane.pull('t')
    if (job === undefined) throw new Error('no job')
    await lane.bury(job, { name: 'Error', message: 'no' }, { fetchNext: false })
    expect((await endOf(app, 'a', 0))?.standing.failed).toBe(true)
  })

  test('reaches everybody who waits for it, on several lanes', async () => {
    const app = testApp(broker)
    const ends = []
    for (const name of ['q1', 'q2', 'q3']) {
      await add(app, name, name)
      ends.push(endOf(app, name, 10_000, name), endOf(app, name, 10_000, name))
    }
    for (const name of ['q1', 'q2', 'q3']) {
      const lane = await consumerOf(app, name)
      const { job } = await lane.pull('t')
      if (job !== undefined) await lane.succeed(job, { value: name }, { fetchNext: false, keep: true })
    }
    const results = (await Promise.all(ends)).map((job) => job?.result)
    expect(results).toEqual(['q1', 'q1', 'q2', 'q2', 'q3', 'q3'].map((value) => ({ value })))
  })

  test('that does not come is given up in time', async () => {
    const app = testApp(broker)
    await add(app, 'a')
    const startedAt = performance.now()
    expect(await endOf(app, 'a', 300)).toBeUndefined()
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290)
  })
})
