import { describe, expect, test } from 'vitest'
import { createBackend } from '../../../src/engine/backend.js'
import { partId } from '../../../src/task/names.js'
import { brokerOfFile } from '../../support/broker.js'
import { proxyTo } from '../../support/proxy.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'
import { chainOf, FAILURE, PartDesk, task, W } from './part-desk.js'

const broker = brokerOfFile()
const JOB = { lane: 'default', task: 'work', data: '{"v":1,"args":[]}', delayMs: 0 }

/** How a part's lane may be: a plain one, one of a single task, and one whose limits are divided by keys. */
const LANES: [string, string, ((app: TestApp) => Promise<unknown>)?][] = [
  ['a plain lane', 'default'],
  ['a limited lane', 'default~work', (app) => limit(app, { maxConcurrency: 5 })],
  ['a lane with rows', 'default~work', (app) => limit(app, { maxConcurrency: 5, keyed: ['concurrency'] })],
]

async function limit(app: TestApp, limits: Parameters<Awaited<ReturnType<TestApp['side']>>['lanes']['limit']>[2]) {
  const { lanes } = await app.side()
  await lanes.limit('default', 'work', limits)
}

describe.each(LANES)('the end of a part in %s', (_, lane, prepare) => {
  async function opened() {
    const app = testApp(broker)
    await prepare?.(app)
    return { app, desk: new PartDesk(app, lane) }
  }

  test('hands over what it let begin, together with the next job', async () => {
    const { app, desk } = await opened()
    await desk.begin(chainOf(2))
    await app.engine.producer.add({ ...JOB, id: 'other', lane })
    const { job, move } = await desk.succeed({ n: 7 }, true)
    expect(job?.id).toBe('other')
    const input = { kind: 'value', payload: JSON.stringify({ id: partId(W, 0), stored: { n: 7 } }) }
    const ready = [{ index: 1, call: 'call 1', input, handedAt: expect.any(Number) }]
    expect(move).toEqual({ workflow: W, ready, more: false, ended: 0 })
    expect(await desk.summary()).toMatchObject({ state: 'running', done: 1, total: 2 })
  })

  test('ends the workflow where it is the last', async () => {
    const { desk, app } = await opened()
    await desk.begin(chainOf(2))
    await desk.advance((await desk.succeed(1)).move)
    expect((await desk.succeed('all')).move).toBeUndefined()
    expect(await desk.summary()).toMatchObject({ state: 'succeeded', done: 2 })
    expect(await app.engine.workflows.resultOf(W)).toMatchObject({ value: { id: partId(W, 1), stored: 'all' } })
  })

  test('fails the workflow where it fails, without its stack', async () => {
    const { desk } = await opened()
    await desk.begin(chainOf(2))
    await desk.bury()
    const failure = { name: 'TypeError', message: 'boom' }
    expect(await desk.summary()).toMatchObject({
      state: 'failed',
      failed: 1,
      cause: { node: 0, task: 'work', failure },
    })
    expect((await desk.summary())?.cause?.failure.stack).toBeUndefined()
  })

  test('is told though nothing is kept of the job', async () => {
    const { app, desk } = await opened()
    await desk.begin(chainOf(1))
    const { lane: consumer, job } = await desk.take()
    await consumer.succeed(job, null, { fetchNext: false, keep: false })
    expect(await app.redis.exists(app.keys.job(lane, job.id))).toBe(0)
    expect(await desk.summary()).toMatchObject({ state: 'succeeded' })
  })

  test('is nobody’s who does not hold the job any more', async () => {
    const { app, desk } = await opened()
    await desk.begin(chainOf(2))
    const { lane: consumer, job } = await desk.take()
    await app.redis.set(`${app.keys.job(lane, job.id)}:lock`, 'another')
    const told = consumer.succeed(job, 1, { fetchNext: false, keep: true })
    expect(await rejection(told)).toMatchObject({ message: expect.stringMatching(/mismatch/i) })
    expect(await desk.summary()).toMatchObject({ state: 'running', done: 0 })
  })

  test('a job of its own ends by the engine’s script alone', async () => {
    const { app, desk } = await opened()
    await app.engine.producer.add({ ...JOB, id: 'own', lane })
    expect(await desk.succeed(1)).toEqual({})
    expect(await app.redis.keys(`${app.keys.prefix}~workflow*`)).toEqual([])
  })
})

test('what was handed over and never made a job is handed to another when its time is over, and made once', async () => {
  const app = testApp(broker)
  const desk = new PartDesk(app)
  await desk.begin(chainOf(2))
  const { move: late } = await desk.succeed(1)
  expect((await app.engine.workflows.take(W, 10)).ready).toEqual([])
  await desk.forgetLeases()
  const taken = await app.engine.workflows.take(W, 10)
  expect(late?.ready).toMatchObject(taken.ready)
  await desk.advance(taken)
  await desk.advance(late)
  await desk.succeed('end')
  expect(await desk.summary()).toMatchObject({ state: 'succeeded', done: 2 })
  expect((await (await desk.consumer()).pull('t')).job).toBeUndefined()
})

test('a job that is made once more, though its part has ended and nothing was kept, does not run again', async () => {
  const app = testApp(broker)
  const desk = new PartDesk(app)
  await desk.begin(chainOf(2))
  const { lane, job } = await desk.take()
  await lane.succeed(job, null, { fetchNext: false, keep: false })
  await desk.add({ index: 0 })
  expect((await desk.take()).job).toMatchObject({ id: job.id, revoked: expect.any(String) })
})

test('an end whose answer is lost is told once', async () => {
  const app = testApp(broker)
  const desk = new PartDesk(app)
  await desk.begin(chainOf(2))
  const proxy = await proxyTo(broker)
  const engine = app.newEngine({ broker: { ...app.broker, nodes: [{ host: '127.0.0.1', port: proxy.port }] } })
  const side = await engine.openWorkerSide()
  const lane = side.consumer('default', { lockMs: 10_000, stallCheckMs: 5000 }, () => {})
  await lane.open()
  app.onClose(async () => {
    await lane.close()
    await side.close()
  })
  const { job } = await lane.pull('t')
  if (job === undefined) throw new Error('no job')
  proxy.loseReply((request) => /\beval/i.test(request) && request.includes('payload'))
  const told = lane.succeed(job, 1, { fetchNext: false, keep: true, payload: '{"id":"payload","stored":1}' })
  expect(await rejection(told)).toMatchObject({ message: expect.stringMatching(/Missing lock/i) })
  expect(proxy.dropped).toBe(1)
  expect(await desk.summary()).toMatchObject({ state: 'running', done: 1 })
  await desk.forgetLeases()
  expect((await app.engine.workflows.take(W, 10)).ready).toMatchObject([{ index: 1 }])
})

describe('a part that was added', () => {
  test('is known to be there, and is not handed out again', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin([task(0, '1.0'), task(1, '1.1')], { start: ['0', '1'] })
    expect(await app.engine.workflows.openParts(W)).toMatchObject({
      parts: [
        { index: 0, lane: 'default' },
        { index: 1, lane: 'default' },
      ],
    })
    await desk.forgetLeases()
    expect((await app.engine.workflows.take(W, 10)).ready).toEqual([])
  })

  test('is known in its own workflow, of many that are added together', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    const pair = [task(0, '-'), task(1, '-')]
    const start = ['0', '1'] as const
    const moves = [
      await desk.create(pair, { start }),
      await desk.create(chainOf(1), { id: 'w_other' }),
      await desk.create(pair, { start, id: 'w_third' }),
    ]
    await Promise.all(moves.map((move) => desk.advance(move)))
    const lane = 'default'
    const both = [
      { index: 0, lane },
      { index: 1, lane },
    ]
    expect((await app.engine.workflows.openParts(W)).parts).toEqual(both)
    expect((await app.engine.workflows.openParts('w_other')).parts).toEqual([{ index: 0, lane }])
    expect((await app.engine.workflows.openParts('w_third')).parts).toEqual(both)
  })

  test('and was removed since makes the workflow fail', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(2))
    expect(await app.engine.jobEdits.removeFrom('waiting', 'default', [partId(W, 0)])).toBe(1)
    expect(await desk.summary()).toMatchObject({
      ...{ state: 'failed', failed: 1 },
      cause: { node: 0, failure: { code: 'TASKQ_WORKFLOW_LOST' } },
    })
  })
})

describe('mending', () => {
  test('finds a job that is gone', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(2))
    await app.redis.del(app.keys.job('default', partId(W, 0)))
    await app.engine.workflows.mend(W)
    expect(await desk.summary()).toMatchObject({
      ...{ state: 'failed', failed: 1 },
      cause: { node: 0, failure: { code: 'TASKQ_WORKFLOW_LOST' } },
    })
  })

  test('leaves jobs alone that wait, run, or went to another lane', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin([task(0, '-'), task(1, '-'), task(2, '-')], { start: ['0', '1', '2'] })
    const { lane, job } = await desk.take()
    await lane.park(job)
    await desk.take()
    expect(await app.engine.workflows.mend(W)).toEqual([])
    expect(await desk.summary()).toMatchObject({ state: 'running', failed: 0, done: 0 })
    const [moved, ...others] = await app.engine.workflows.nodes(W, 0, 3)
    expect(moved, 'the next look finds it at once').toMatchObject({ state: 'added', lane: 'default~work' })
    expect(others).toMatchObject([{ lane: 'default' }, { lane: 'default' }])
  })

  test.each(['done', 'failed'])('takes over how a job ended of which nobody told (%s)', async (how) => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(2))
    const { job } = await desk.take()
    const { connection } = (await app.side()) as unknown as { connection: Parameters<typeof createBackend>[1] }
    // A worker of an older version.
    const backend = createBackend('default', connection, app.keys.prefix)
    const ended = { id: job.id, opts: { attempts: 1 } } as never
    const keep = { count: -1 }
    if (how === 'done') await backend.moveToCompleted(ended, { n: 1 }, keep, job.token, false)
    else await backend.moveToFailed(ended, 'boom', keep, job.token, false, { failure: JSON.stringify(FAILURE) })
    expect(await desk.summary()).toMatchObject({ done: 0, failed: 0 })
    const [move] = await app.engine.workflows.mend(W)
    if (how === 'failed') {
      expect(await desk.summary()).toMatchObject({ state: 'failed', cause: { failure: { name: 'TypeError' } } })
    } else {
      const payload = JSON.stringify({ id: job.id, stored: { n: 1 } })
      expect(move?.ready).toMatchObject([{ index: 1, input: { kind: 'value', payload } }])
    }
  })
})
