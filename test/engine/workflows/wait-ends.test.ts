import { expect, test, vi } from 'vitest'
import { jobStateOf } from '../../../src/engine/jobs/job-state.js'
import { brokerOfFile } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'
import { chainOf, PartDesk, W } from './part-desk.js'

const broker = brokerOfFile()
const LANE = 'reports'
const KEEP = { resultTtlMs: 60_000, deadLetterTtlMs: 60_000, maxDeadLetters: 100 }
const JOB = { id: 'owner', lane: LANE, task: 'report', data: '{"v":1,"args":[]}', delayMs: 0 }

/** A job that waits for a workflow, which was made where the job was in another lane. */
async function waiting(
  app: TestApp,
  times: { keepMs?: number; failKeepMs?: number } = {},
  over: { priority?: number } = {},
) {
  const desk = new PartDesk(app)
  const owners = new PartDesk(app, LANE)
  await app.engine.producer.add({ ...JOB, ...over })
  const held = await owners.take()
  await desk.begin(chainOf(1), { owner: { id: JOB.id, lane: 'default' }, ...times })
  await held.lane.waitFor(held.job, W)
  return { desk, owners }
}

const stateOf = async (app: TestApp) => {
  const job = await app.engine.jobs.find(JOB.id)
  return job === undefined ? 'gone' : jobStateOf(job)
}

test('a job that waits for a workflow goes on in the lane that it waits in, wherever it was when it made that', async () => {
  const app = testApp(broker)
  const { desk } = await waiting(app)
  expect(await stateOf(app)).toBe('blocked')
  await desk.succeed(1)
  expect(await stateOf(app)).toBe('queued')
})

test('a job that waits for a workflow that is gone goes on when its lane is looked through', async () => {
  const app = testApp(broker)
  await waiting(app)
  await app.redis.del(app.keys.workflow(W))
  const side = await app.side()
  await side.sweep(LANE, KEEP)
  expect(await stateOf(app)).toBe('queued')
})

test('a job that waits for a workflow that runs stays, and that learns where it is', async () => {
  const app = testApp(broker)
  const { desk } = await waiting(app)
  await app.redis.hset(app.keys.workflow(W), 'ownerLane', 'default')
  const side = await app.side()
  await side.sweep(LANE, KEEP)
  expect(await stateOf(app)).toBe('blocked')
  await desk.succeed(1)
  expect(await stateOf(app)).toBe('queued')
})

test('a long row of jobs that wait is looked through bit by bit', async () => {
  const app = testApp(broker)
  await waiting(app)
  await app.redis.del(app.keys.workflow(W))
  const others = Array.from({ length: 250 }, (_, at) => [at, `other${at}`]).flat()
  await app.redis.zadd(app.keys.lane(LANE, 'waiting-children'), ...others)
  const side = await app.side()
  await side.sweep(LANE, KEEP)
  expect(await stateOf(app)).toBe('blocked')
  await side.sweep(LANE, KEEP)
  expect(await stateOf(app)).toBe('queued')
  expect(await app.redis.zcard(app.keys.lane(LANE, 'waiting-children'))).toBe(250)
})

test.each([{}, { priority: 5 }])('a job goes on before those that came while it waited (%j)', async (over) => {
  const app = testApp(broker)
  const { desk, owners } = await waiting(app, {}, over)
  await app.engine.producer.add({ ...JOB, ...over, id: 'other' })
  await desk.succeed(1)
  expect((await owners.take()).job.id).toBe(JOB.id)
})

test('what a workflow came to is kept until the job has ended that waits for it, and from then on as ever', async () => {
  const app = testApp(broker)
  const { desk, owners } = await waiting(app, { keepMs: 5000, failKeepMs: 500_000 })
  const leftMs = (part?: 'values') => app.redis.pttl(app.keys.workflow(W, part))
  await desk.succeed(1)
  expect(await leftMs()).toBeGreaterThan(400_000)
  expect(await leftMs('values')).toBeGreaterThan(400_000)
  const { lane, job } = await owners.take()
  await lane.succeed(job, 1, { fetchNext: false, keep: true })
  await vi.waitFor(async () => expect(await leftMs()).toBeLessThanOrEqual(5000))
  expect(await leftMs('values')).toBeLessThanOrEqual(5000)
})

test('what a workflow came to is kept, too, where it ended before the job waits for it', async () => {
  const app = testApp(broker)
  const desk = new PartDesk(app)
  const owners = new PartDesk(app, LANE)
  await app.engine.producer.add(JOB)
  const held = await owners.take()
  await desk.begin(chainOf(1), { owner: JOB, keepMs: 5000, failKeepMs: 500_000 })
  await desk.succeed(1)
  await held.lane.waitFor(held.job, W)
  expect(await app.redis.pttl(app.keys.workflow(W))).toBeGreaterThan(400_000)
})

test.each([false, true])(
  'a job that has had its turn is free of its task’s rate when it ends (by keys: %s)',
  async (isKeyed) => {
    const app = testApp(broker)
    const { lanes } = await app.side()
    const rate = { max: 1, durationMs: 3_600_000 }
    await lanes.limit('default', 'report', { rate, ...(isKeyed && { keyed: ['rate'] }) })
    const desk = new PartDesk(app)
    const owners = new PartDesk(app, 'default~report')
    const job = { ...JOB, lane: 'default~report', keys: { rate: 'a' } }
    for (const id of [JOB.id, 'next', 'last']) await app.engine.producer.add({ ...job, id })
    const { lane, job: held } = await owners.take()
    await desk.begin(chainOf(1), { owner: { id: JOB.id, lane: lane.lane } })
    await lane.waitFor(held, W)
    expect((await lane.pull('one')).job).toBeUndefined()
    await desk.succeed(1)
    const again = await owners.take()
    expect(again.job).toMatchObject({ id: JOB.id, waitsFor: W })
    await lane.succeed(again.job, 1, { fetchNext: false, keep: true })
    expect((await lane.pull('another')).job).toBeUndefined()
  },
)

test('a job that has had its turn is not counted when it comes along with the end of another one', async () => {
  const app = testApp(broker)
  const { lanes } = await app.side()
  await lanes.limit('default', 'report', { rate: { max: 3, durationMs: 3_600_000 } })
  const desk = new PartDesk(app)
  const owners = new PartDesk(app, 'default~report')
  for (const id of [JOB.id, 'next', 'last', 'more'])
    await app.engine.producer.add({ ...JOB, lane: 'default~report', id })
  const { lane, job: held } = await owners.take()
  await desk.begin(chainOf(1), { owner: { id: JOB.id, lane: lane.lane } })
  await lane.waitFor(held, W)
  const { job: next } = await owners.take()
  await desk.succeed(1)
  const { job: again } = await lane.succeed(next, 1, { fetchNext: true, keep: true })
  expect(again).toMatchObject({ id: JOB.id, waitsFor: W })
  expect((await lane.pull('one')).job).toMatchObject({ id: 'last' })
  expect((await lane.pull('another')).job).toBeUndefined()
})
