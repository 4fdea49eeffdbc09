import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeJob } from '../../src/control/job-report.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const viewer = plainViewer([])
const echo = () => defineTask({ name: 'echo' }, (_, text: string) => text)

/** What is told of a job that has ended: by `result`, and by its page. */
async function told(app: TestApp, id: string) {
  const job = await app.engine.jobs.find(id)
  const detail = await readJobDetail(app.engine, id, viewer)
  if (job === undefined || detail === undefined) throw new Error(`there is no job ${id}`)
  return { report: describeJob(job, viewer), detail, whats: detail.timeline.map(({ what }) => what) }
}

describe('a job that ends without a run', () => {
  test('because it expired has none in any place', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const expires = new Date(Date.now() + 1000)
    const result = await task.applyAsync(['a'], { expires })
    await new Promise((resolve) => setTimeout(resolve, expires.getTime() + 10 - Date.now()))
    const { events } = await app.worker()
    await events.waitFor('job.expired')
    expect(await result.state()).toBe('expired')
    await expectNoRun(app, result.id, 'expired')
  })

  test('because it was revoked before it came has none in any place', async () => {
    const app = testApp(broker, { tasks: [echo()] })
    const id = randomUUID()
    await app.engine.revokes.end(id, { reason: 'not wanted' })
    await app.engine.producer.add({ id, lane: 'default', task: 'echo', data: '{"v":1,"args":["a"]}', delayMs: 0 })
    const { events } = await app.worker()
    await events.waitFor('job.revoked')
    expect(events.of('job.revoked')[0]).not.toHaveProperty('runMs')
    await expectNoRun(app, id, 'revoked')
  })

  test.each([
    ['is malformed', '{"v":1', {}],
    [
      'has a bad signature',
      '{"v":1,"args":["a"]}',
      { codec: { sign: { keys: [{ id: 's', key: Buffer.alloc(32, 1).toString('base64') }] } } },
    ],
  ])('because it %s has none in any place', async (_, data, config) => {
    const app = testApp(broker, { tasks: [echo()], config })
    await app.engine.producer.add({ id: 'j', lane: 'default', task: 'echo', data, delayMs: 0 })
    const { events } = await app.worker()
    await events.waitFor('job.dead-lettered')
    expect(events.of('job.dead-lettered')[0]).not.toHaveProperty('runMs')
    await expectNoRun(app, 'j', 'failed')
  })

  test('because its schema refuses its arguments has none in any place', async () => {
    const schema = z.tuple([z.number()])
    const app = testApp(broker, { tasks: [defineTask({ name: 'echo', schema }, (_, count: number) => count)] })
    await app.engine.producer.add({ id: 'j', lane: 'default', task: 'echo', data: '{"v":1,"args":["a"]}', delayMs: 0 })
    const { events } = await app.worker()
    await events.waitFor('job.dead-lettered')
    await expectNoRun(app, 'j', 'failed')
  })

  test('keeps the runs that it had before', async () => {
    const backoff = { type: 'fixed', delay: '1100ms', jitter: 0 } as const
    const task = defineTask({ name: 'flaky', retries: 5, backoff, expires: '1s' }, () => {
      throw new Error('not yet')
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.expired')
    const { report, whats } = await told(app, result.id)
    expect(report).toMatchObject({ attempts: 1, state: 'expired' })
    expect(report).not.toHaveProperty('startedAt')
    expect(whats).toEqual(['enqueued', 'attempt 1 started', 'attempt 1 failed: Error: not yet', 'expired'])
  })

  test('has its run when it is run again', async () => {
    const app = testApp(broker, { tasks: [echo()] })
    await app.engine.producer.add({ id: 'j', lane: 'default', task: 'echo', data: '{"v":1', delayMs: 0 })
    const { events } = await app.worker()
    await events.waitFor('job.dead-lettered')
    await app.engine.jobEdits.retry('default', ['j'], { call: randomUUID(), data: '{"v":1,"args":["b"]}' })
    await events.waitFor('job.succeeded')
    const { report, whats } = await told(app, 'j')
    expect(report).toMatchObject({ attempts: 1, state: 'succeeded', startedAt: expect.any(String) })
    expect(whats).toContain('attempt 1 started')
    expect(whats).toContain('succeeded')
  })
})

async function expectNoRun(app: TestApp, id: string, state: string): Promise<void> {
  const { report, detail, whats } = await told(app, id)
  expect(report).toMatchObject({ state, attempts: 0, finishedAt: expect.any(String) })
  expect(report).not.toHaveProperty('startedAt')
  expect(detail.tries).toEqual([])
  expect(detail).not.toHaveProperty('startedAt')
  expect(whats).toEqual(['enqueued', state])
}
