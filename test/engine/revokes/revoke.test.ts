import { describe, expect, test, vi } from 'vitest'
import { jobStateOf } from '../../../src/engine/jobs/job-state.js'
import { JobFailedError } from '../../../src/errors/job-failure.js'
import { brokerOfFile } from '../../support/broker.js'
import { consumerOf, takeAndVanish } from '../../support/lost-worker.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const JOB = { id: 'a', lane: 'default' }
const FAILURE = { name: 'Error', message: 'no' }
const REVOKED = { name: 'TaskqError', message: 'the job was revoked: not needed', code: 'TASKQ_JOB_REVOKED' }

const add = (app: TestApp, delayMs = 0) =>
  app.engine.producer.add({ ...JOB, task: 'send', data: '{"v":1,"args":[]}', delayMs })
const revoke = (app: TestApp) => app.engine.revoke(JOB, 'not needed')
const find = (app: TestApp) => app.engine.jobs.find('a', 'default')
const stateOf = (app: TestApp) => app.client.result('a').state()

async function take(app: TestApp) {
  const lane = await consumerOf(app, 'default')
  const { job } = await lane.pull('t')
  if (job === undefined) throw new Error('no job')
  return { lane, job }
}

/** Ways to wait, and the state that each shows. */
const WAITS: [string, (app: TestApp) => Promise<unknown>][] = [
  ['queued', (app) => add(app)],
  ['scheduled', (app) => add(app, 3_600_000)],
  [
    'retrying',
    async (app) => {
      await add(app)
      const { lane, job } = await take(app)
      await lane.retry(job, FAILURE, 3_600_000, { fetchNext: false })
    },
  ],
  [
    'retrying',
    async (app) => {
      await add(app)
      const { lane, job } = await take(app)
      await lane.retry(job, FAILURE, 0, { fetchNext: false })
    },
  ],
]

describe('a job that waits', () => {
  test.each([false, true])(
    'leaves a trace as its call says, over its task (ignoreResult: %s)',
    async (ignoreResult) => {
      const app = testApp(broker)
      await app.redis.hset(app.keys.tasks, 'send', JSON.stringify({ queue: 'default', ignoreResult: !ignoreResult }))
      const data = JSON.stringify({ v: 1, args: ['"ignoreResult":'], ignoreResult })
      await app.engine.producer.add({ ...JOB, task: 'send', data, delayMs: 0 })
      expect(await revoke(app)).toBe('removed')
      expect(await stateOf(app)).toBe(ignoreResult ? 'unknown' : 'revoked')
    },
  )

  test.each(WAITS)('%s: ends at once, is kept as revoked and never runs', async (state, wait) => {
    const app = testApp(broker)
    await wait(app)
    expect(await stateOf(app)).toBe(state)
    const revokedAt = Date.now()
    expect(await revoke(app)).toBe('removed')
    expect(await stateOf(app)).toBe('revoked')
    const record = await find(app)
    expect(record).toMatchObject({ failure: REVOKED, standing: { failed: true, delayed: false } })
    expect(record?.finishedAt).toBeGreaterThanOrEqual(revokedAt)
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, scheduled: 0, active: 0, dead: 1 }])
    expect((await (await consumerOf(app, 'default')).pull('t')).job).toBeUndefined()
    expect(await revoke(app)).toBe('too-late')
  })

  test('in a queue with priorities ends, too', async () => {
    const app = testApp(broker)
    await add(app)
    await app.redis.lrem(app.keys.lane('default', 'wait'), 1, 'a')
    await app.redis.zadd(app.keys.lane('default', 'prioritized'), 1, 'a')
    expect(await revoke(app)).toBe('removed')
    expect(await app.redis.zcard(app.keys.lane('default', 'prioritized'))).toBe(0)
    expect(await stateOf(app)).toBe('revoked')
  })

  test('leaves the others alone', async () => {
    const app = testApp(broker)
    for (const id of ['before', 'a', 'after'])
      await app.engine.producer.add({ id, lane: 'default', task: 'send', data: '{}', delayMs: 0 })
    await revoke(app)
    const lane = await consumerOf(app, 'default')
    expect([(await lane.pull('1')).job?.id, (await lane.pull('2')).job?.id]).toEqual(['before', 'after'])
  })

  test('of a task that keeps no result is gone without a trace', async () => {
    const app = testApp(broker)
    const { registry } = await app.side()
    const facts = { queue: 'default', limited: false, ignoreResult: true }
    await registry.announceTasks(new Map([['send', facts]]))
    await add(app)
    await app.redis.rpush(`${app.keys.job('default', 'a')}:logs`, 'a line')
    const ended = app.engine.finish.until(JOB, async (event) => event, 5000)
    expect(await revoke(app)).toBe('removed')
    expect(await ended).toMatchObject({ kind: 'failed' })
    expect(await app.redis.keys(`${app.keys.job('default', 'a')}*`)).toEqual([])
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 0, dead: 0 }])
    expect(await stateOf(app)).toBe('unknown')
    expect(await revoke(app)).toBe('unknown')
  })

  test.each([
    ['of a task whose facts cannot be read', '{broken'],
    ['of a task whose facts are no object', '7'],
  ])('%s is kept', async (_, facts) => {
    const app = testApp(broker)
    await app.redis.hset(app.keys.tasks, 'send', facts)
    await add(app)
    expect(await revoke(app)).toBe('removed')
    expect(await stateOf(app)).toBe('revoked')
  })
})

describe('whoever waits for a revoked job', () => {
  test('hears of it in another process at once, with the reason', async () => {
    const app = testApp(broker)
    await add(app)
    const other = app.newEngine()
    const looks = vi.spyOn(other.jobs, 'find')
    const waiting = rejection(app.newClient(other).result('a').get({ timeout: '10s' }))
    // The first look for the lane, the second for the end: the next one would be a second later.
    await vi.waitFor(() => expect(looks).toHaveResolvedTimes(2))
    const revokedAt = performance.now()
    await revoke(app)
    const error = await waiting
    expect(performance.now() - revokedAt).toBeLessThan(700)
    expect(error).toBeInstanceOf(JobFailedError)
    expect(error).toMatchObject({
      code: 'TASKQ_JOB_REVOKED',
      message: 'send (a): the job was revoked: not needed',
      failure: REVOKED,
    })
  })

  test('and asks for it later is told the same', async () => {
    const app = testApp(broker)
    await add(app)
    await revoke(app)
    const result = app.newClient().result('a')
    expect(await rejection(result.get({ timeout: 0 }))).toMatchObject({ code: 'TASKQ_JOB_REVOKED' })
    expect([await result.ready(), await result.failed(), await result.successful()]).toEqual([true, true, false])
    expect(await result.error()).toEqual(REVOKED)
    expect(await result.forget()).toBe(true)
  })

  test('gets any reason as it was given, cut to a thousand characters', async () => {
    for (const [reason, kept] of [
      ['"quoted"\n\\ \u0000 日本 {"a":1}', '"quoted"\n\\ \u0000 日本 {"a":1}'],
      ['', ''],
      ['x'.repeat(1001), `${'x'.repeat(1000)}…`],
    ]) {
      const app = testApp(broker)
      await add(app)
      await app.engine.revoke(JOB, reason as string)
      expect((await find(app))?.failure?.message).toBe(`the job was revoked: ${kept}`)
    }
  })
})

describe('a job that a worker holds', () => {
  test('is told: it stays active, and its worker can read why', async () => {
    const app = testApp(broker)
    await add(app)
    const { lane, job } = await take(app)
    const side = await app.side()
    expect([...(await side.revokedAmong([job]))]).toEqual([])
    expect(await revoke(app)).toBe('told')
    expect(await stateOf(app)).toBe('active')
    expect([...(await side.revokedAmong([job]))]).toEqual([[job, { reason: 'not needed' }]])
    expect(await side.endIfRevoked(job, 'default')).toBeUndefined()
    await lane.succeed(job, { value: 1 }, { fetchNext: false, keep: true })
    expect(await stateOf(app)).toBe('succeeded')
  })

  test('brings the reason along when it is taken again', async () => {
    const app = testApp(broker)
    await add(app)
    const { lane, job } = await take(app)
    expect(job.revoked).toBeUndefined()
    await revoke(app)
    await lane.giveBack(job)
    expect((await lane.pull('again')).job).toMatchObject({ id: 'a', revoked: 'not needed' })
  })

  test('and that went back ends when its worker looks once more', async () => {
    const app = testApp(broker)
    await add(app)
    const { lane, job } = await take(app)
    const side = await app.side()
    await revoke(app)
    await lane.retry(job, FAILURE, 3_600_000, { fetchNext: false })
    expect(await stateOf(app)).toBe('retrying')
    expect(await side.endIfRevoked(job, 'default')).toBe('not needed')
    expect(await stateOf(app)).toBe('revoked')
  })

  test('and that failed for good may be run again by hand: the note is gone', async () => {
    const app = testApp(broker)
    await add(app)
    const { lane, job } = await take(app)
    await revoke(app)
    await lane.bury(job, FAILURE, { fetchNext: false })
    expect(await stateOf(app)).toBe('failed')
    expect([...(await (await app.side()).revokedAmong([job]))]).toEqual([])
  })

  test("is not taken for revoked by BullMQ's note that a child failed", async () => {
    const app = testApp(broker)
    await add(app)
    await app.redis.hset(app.keys.job('default', 'a'), 'defa', 'child {x}:default:b failed')
    expect((await take(app)).job.revoked).toBeUndefined()
  })

  test('ends at once where its worker is gone and nobody has found it yet', async () => {
    const app = testApp(broker)
    await add(app)
    const lost = await takeAndVanish(app, 'default', 50)
    const lock = `${app.keys.job('default', 'a')}:lock`
    await vi.waitFor(async () => expect(await app.redis.exists(lock)).toBe(0))
    expect(await revoke(app)).toBe('removed')
    expect(await stateOf(app)).toBe('revoked')
    expect(await app.redis.llen(app.keys.lane('default', 'active'))).toBe(0)
    const late = lost.lane.succeed(lost, { value: 1 }, { fetchNext: false, keep: true })
    expect(await rejection(late)).toMatchObject({ message: expect.stringMatching(/Missing lock/) })
    expect(await lost.lane.recoverLost()).toEqual([])
    expect(await stateOf(app)).toBe('revoked')
  })
})

describe('a job that is not there any more', () => {
  test('because it has ended: too late, and nothing changes', async () => {
    for (const end of ['succeeded', 'failed']) {
      const app = testApp(broker)
      await add(app)
      const { lane, job } = await take(app)
      if (end === 'failed') await lane.bury(job, FAILURE, { fetchNext: false })
      else await lane.succeed(job, { value: 1 }, { fetchNext: false, keep: true })
      const before = await app.redis.hgetall(app.keys.job('default', 'a'))
      expect(await revoke(app)).toBe('too-late')
      expect(await app.redis.hgetall(app.keys.job('default', 'a'))).toEqual(before)
      expect(await stateOf(app)).toBe(end)
    }
  })

  test('or never was: unknown, and none comes to be', async () => {
    const app = testApp(broker)
    expect(await revoke(app)).toBe('unknown')
    expect(await app.redis.exists(app.keys.job('default', 'a'))).toBe(0)
  })
})

test('a revoked job is swept with the dead letters, with all that belongs to it', async () => {
  const app = testApp(broker)
  await add(app)
  await revoke(app)
  const keep = { resultTtlMs: 3_600_000, deadLetterTtlMs: 3_600_000, maxDeadLetters: 100 }
  const side = await app.side()
  expect(await side.sweep('default', keep)).toBe(0)
  expect(await side.sweep('default', { ...keep, deadLetterTtlMs: -1 })).toBe(1)
  expect(await app.redis.keys(`${app.keys.job('default', 'a')}*`)).toEqual([])
  expect(await stateOf(app)).toBe('unknown')
})

describe('jobStateOf', () => {
  const standing = { succeeded: false, failed: true, delayed: false, locked: false, waitsForChildren: false }

  test.each([0, 1, 5])('says revoked after %i runs', (attemptsMade) => {
    expect(jobStateOf({ standing, attemptsMade, failure: REVOKED })).toBe('revoked')
  })

  test.each(['TASKQ_JOB_REVOKED', 'TASKQ_JOB_CRASHED'])(
    'does not where the task failed over another job: %s',
    (code) => {
      const failure = { name: 'JobFailedError', message: 'B (b): …', code }
      expect(jobStateOf({ standing, attemptsMade: 1, failure })).toBe('failed')
      expect(new JobFailedError('a', 'A', failure).code).toBe('TASKQ_JOB_FAILED')
    },
  )
})
