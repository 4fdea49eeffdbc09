import { describe, expect, test } from 'vitest'
import { readJob } from '../../../src/control/job-report.js'
import { readJobDetail } from '../../../src/control/jobs-detail.js'
import { jobStateOf } from '../../../src/engine/jobs/job-state.js'
import { brokerOfFile } from '../../support/broker.js'
import { plainViewer } from '../../support/plain-viewer.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'
import { chainOf, FAILURE, PartDesk, W } from './part-desk.js'

const broker = brokerOfFile()
const OWNER = { id: 'owner', lane: 'reports' }

/** A job whose run made a workflow that it ends like. */
async function owning(app: TestApp, priority?: number) {
  const desk = new PartDesk(app)
  const owners = new PartDesk(app, OWNER.lane)
  const job = { ...OWNER, task: 'report', data: '{"v":1,"args":[]}', delayMs: 0 }
  await app.engine.producer.add({ ...job, ...(priority !== undefined && { priority }) })
  const held = await owners.take()
  await desk.begin(chainOf(1), { owner: OWNER })
  return { desk, owners, wait: () => held.lane.waitFor(held.job, W), ...held }
}

const stateOf = async (app: TestApp) => {
  const job = await app.engine.jobs.find(OWNER.id)
  return job === undefined ? 'gone' : jobStateOf(job)
}

/** What ends a workflow. */
const ENDS: [string, (app: TestApp, desk: PartDesk) => Promise<unknown>][] = [
  ['succeeds', (_, desk) => desk.succeed(1)],
  ['fails', (_, desk) => desk.bury()],
  ['is revoked', (app) => app.engine.workflows.revoke(W, 'not needed')],
]

describe('a job that ends as a workflow does', () => {
  test.each(ENDS)('is blocked until that %s, and is then taken again', async (_, end) => {
    const app = testApp(broker)
    const { desk, owners, wait, job } = await owning(app)
    await wait()
    expect(await stateOf(app)).toBe('blocked')
    expect(await app.engine.jobs.find(OWNER.id)).toMatchObject({ putAside: expect.stringContaining(W), waitsFor: W })
    expect(await readJob(app.engine, OWNER.id, plainViewer())).toMatchObject({ state: 'blocked', waitsFor: W })
    expect(await readJobDetail(app.engine, OWNER.id, plainViewer())).toMatchObject({ state: 'blocked', waitsFor: W })
    const { queues } = await app.engine.queueOverviews()
    expect(queues.find(({ queue }) => queue === OWNER.lane)).toMatchObject({ blocked: 1, active: 0, queued: 0 })
    await end(app, desk)
    expect(await stateOf(app)).toBe('queued')
    expect(await app.engine.jobs.find(OWNER.id)).not.toHaveProperty('waitsFor')
    const again = await owners.take()
    expect(again.job).toMatchObject({ id: OWNER.id, waitsFor: W, attemptsMade: job.attemptsMade, crashes: 0 })
  })

  test.each(ENDS)('goes on at once where that %s before it waits', async (_, end) => {
    const app = testApp(broker)
    const { desk, owners, wait } = await owning(app)
    await end(app, desk)
    await wait()
    expect((await owners.take()).job).toMatchObject({ id: OWNER.id, waitsFor: W })
  })

  test('goes on where the workflow is gone', async () => {
    const app = testApp(broker)
    const { owners, wait } = await owning(app)
    await app.redis.del(app.keys.workflow(W))
    await wait()
    expect((await owners.take()).job).toMatchObject({ waitsFor: W })
  })

  test('keeps its priority', async () => {
    const app = testApp(broker)
    const { desk, owners, wait } = await owning(app, 9)
    await app.engine.producer.add({
      ...{ id: 'low', lane: OWNER.lane, task: 'report', data: '{"v":1,"args":[]}', delayMs: 0, priority: 1 },
    })
    await wait()
    await desk.succeed(1)
    expect((await owners.take()).job.id).toBe(OWNER.id)
  })

  test('is taken again by a worker that waits for work', async () => {
    const app = testApp(broker)
    const { desk, owners, wait } = await owning(app)
    await wait()
    const lane = await owners.consumer()
    const waited = lane.waitForWork()
    await desk.succeed(1)
    await waited
    expect((await owners.take()).job.id).toBe(OWNER.id)
  })

  test('is not taken for lost meanwhile, and can be revoked', async () => {
    const app = testApp(broker)
    const { desk, owners, wait } = await owning(app)
    await wait()
    expect(await (await owners.consumer()).recoverLost()).toEqual([])
    expect(await app.engine.revoke(OWNER, 'not needed')).toBe('removed')
    expect(await stateOf(app)).toBe('revoked')
    await desk.succeed(1)
    expect(await stateOf(app)).toBe('revoked')
  })

  test('is put aside only by who holds it', async () => {
    const app = testApp(broker)
    const { wait } = await owning(app)
    await app.redis.set(`${app.keys.job(OWNER.lane, OWNER.id)}:lock`, 'another')
    expect(await rejection(wait())).toMatchObject({ message: expect.stringMatching(/Lock mismatch/) })
    expect(await stateOf(app)).toBe('active')
  })

  test('runs anew where it is retried after its end', async () => {
    const app = testApp(broker)
    const { desk, owners, wait } = await owning(app)
    await wait()
    await desk.bury()
    const again = await owners.take()
    await again.lane.bury(again.job, FAILURE, { fetchNext: false })
    expect(await app.engine.jobEdits.retry(OWNER.lane, [OWNER.id])).toEqual([1])
    expect((await owners.take()).job.waitsFor).toBeUndefined()
  })

  test('of a limited lane frees its slot while it waits', async () => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    await lanes.limit('default', 'report', { maxConcurrency: 1, keyed: ['concurrency'] })
    const owners = new PartDesk(app, 'default~report')
    const desk = new PartDesk(app)
    const job = { lane: 'default~report', task: 'report', data: '{"v":1,"args":[]}', delayMs: 0 }
    for (const id of ['owner', 'next']) await app.engine.producer.add({ ...job, id, keys: { concurrency: 'a' } })
    const held = await owners.take()
    await desk.begin(chainOf(1), { owner: { id: 'owner', lane: 'default~report' } })
    await held.lane.waitFor(held.job, W)
    const next = await owners.take()
    expect(next.job.id).toBe('next')
    await desk.succeed(1)
    await next.lane.succeed(next.job, 1, { fetchNext: false, keep: true })
    expect((await owners.take()).job).toMatchObject({ id: 'owner', waitsFor: W })
  })
})
