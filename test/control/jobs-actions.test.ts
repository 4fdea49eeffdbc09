import { afterEach, describe, expect, test, vi } from 'vitest'
import { actOnJobs, retryMatching } from '../../src/control/jobs-actions.js'
import type { RetryProgress } from '../../src/engine/jobs/retry-all.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { FAILURE, JobDesk } from './job-desk.js'

const broker = brokerOfFile()
const HOUR = 3_600_000

afterEach(() => void vi.restoreAllMocks())

const stateOf = (app: TestApp, id: string) => app.client.result(id).state()
const counts = async (app: TestApp) => (await app.engine.queueOverviews()).queues

describe('retry', () => {
  test('lets a dead letter run again with fresh attempts and crashes, its tries kept', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a')
    for (let run = 0; run < 2; run++) {
      const { consumer, job } = await desk.take()
      if (run === 0) await consumer.retry(job, FAILURE, 0, { fetchNext: false })
      else await consumer.bury(job, FAILURE, { fetchNext: false })
    }
    await app.redis.hset(app.keys.job('default', 'a'), { stc: 3 })
    expect(await stateOf(app, 'a')).toBe('dead')
    expect(await actOnJobs(app.engine, 'retry', ['a'])).toEqual({ done: 1, refused: [], text: '1 job runs again' })
    expect(await stateOf(app, 'a')).toBe('queued')
    expect(await counts(app)).toMatchObject([{ queued: 1, dead: 0 }])
    const story = await app.engine.jobs.findStory('a')
    expect(story?.tries.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(story?.job).toMatchObject({ attemptsMade: 0, failure: undefined, finishedAt: undefined })
    const { consumer, job } = await desk.take()
    expect(job).toMatchObject({ attemptsMade: 0, crashes: 0, taken: 3 })
    await consumer.bury(job, FAILURE, { fetchNext: false })
    expect((await app.engine.jobs.findStory('a'))?.tries.map(({ attempt }) => attempt)).toEqual([1, 2, 1])
  })

  test('wakes a worker that waits', async () => {
    let runs = 0
    const once = defineTask({ name: 'once' }, async () => {
      runs++
      if (runs === 1) throw new Error('no')
    })
    const app = testApp(broker, { tasks: [once] })
    const { events } = await app.worker()
    const { id } = await once.delay()
    await events.waitFor('job.dead-lettered')
    await actOnJobs(app.engine, 'retry', [id])
    await events.waitFor('job.succeeded', (event) => event.id === id, 3000)
    expect(await stateOf(app, id)).toBe('succeeded')
  })

  test('runs a revoked job', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a')
    await actOnJobs(app.engine, 'revoke', ['a'])
    expect(await stateOf(app, 'a')).toBe('revoked')
    expect(await actOnJobs(app.engine, 'retry', ['a'])).toMatchObject({ done: 1 })
    expect((await desk.take()).job).toMatchObject({ id: 'a', revoked: undefined })
    expect(await stateOf(app, 'a')).toBe('active')
  })

  test('refuses what has not failed, and does the others', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.succeed('done', { value: 1 })
    await desk.bury('dead', { lane: 'emails~Send' })
    await desk.add('queued')
    const report = await actOnJobs(app.engine, 'retry', ['done', 'dead', 'dead', 'nobody', 'queued', 'meta'])
    expect(report).toEqual({
      done: 1,
      text: '1 job runs again',
      refused: [
        { what: 'done', why: 'it has not failed' },
        { what: 'nobody', why: 'there is no such job' },
        { what: 'queued', why: 'it has not failed' },
        { what: 'meta', why: 'there is no such job' },
      ],
    })
    expect(await stateOf(app, 'dead')).toBe('queued')
  })

  test('does hundreds at once', async () => {
    const app = testApp(broker)
    const ids = await deadLetters(app, 450)
    expect(await actOnJobs(app.engine, 'retry', ids)).toMatchObject({ done: 450, text: '450 jobs run again' })
    expect(await counts(app)).toMatchObject([{ queued: 450, dead: 0 }])
  })
})

describe('revoke', () => {
  test('ends what waits, tells what runs, and refuses what has ended', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.bury('dead')
    await desk.add('running')
    const { job } = await desk.take()
    await desk.add('j-queued')
    await desk.add('j-later', { delayMs: HOUR })
    const report = await actOnJobs(app.engine, 'revoke', ['dead', 'running', 'j-queued', 'j-later', 'nobody'])
    expect(report).toMatchObject({ done: 3, text: '3 jobs were revoked' })
    expect([...(await (await app.side()).revokedAmong([job])).values()]).toEqual([{ reason: 'an operator revoked it' }])
    expect(report.refused).toEqual([
      { what: 'dead', why: 'it has ended' },
      { what: 'nobody', why: 'there is no such job' },
    ])
    expect(await stateOf(app, 'j-later')).toBe('revoked')
  })
})

describe('promote', () => {
  test('lets a scheduled and a retrying job run now', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.fail('retrying', HOUR)
    await desk.add('scheduled', { delayMs: HOUR })
    expect(await app.redis.zcard(app.keys.retrying('default'))).toBe(1)
    const report = await actOnJobs(app.engine, 'promote', ['scheduled', 'retrying'])
    expect(report).toEqual({ done: 2, refused: [], text: '2 jobs may run now' })
    expect(await counts(app)).toMatchObject([{ queued: 2, scheduled: 0, retrying: 0 }])
    expect(await app.redis.zcard(app.keys.retrying('default'))).toBe(0)
    expect([(await desk.take()).job.id, (await desk.take()).job.id].sort()).toEqual(['retrying', 'scheduled'])
  })

  test('refuses others', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a')
    expect(await actOnJobs(app.engine, 'promote', ['a'])).toEqual({
      done: 0,
      text: '0 jobs may run now',
      refused: [{ what: 'a', why: 'it does not wait for its time' }],
    })
  })
})

describe('delete', () => {
  test('takes every trace away, wherever the job is', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.bury('j-dead')
    await desk.succeed('j-done', { elsewhere: true })
    await app.redis.set(app.keys.result('j-done'), '1')
    await desk.fail('j-retrying', HOUR)
    await desk.add('j-scheduled', { delayMs: HOUR })
    await desk.add('j-queued')
    const ids = ['j-dead', 'j-done', 'j-retrying', 'j-scheduled', 'j-queued']
    for (const id of ids) await app.redis.rpush(`${app.keys.job('default', id)}:logs`, 'a line')
    expect(await actOnJobs(app.engine, 'delete', ids)).toEqual({ done: 5, refused: [], text: '5 jobs were deleted' })
    expect((await app.redis.keys('*j-*')).filter((key) => key.startsWith(app.keys.prefix))).toEqual([])
    expect(await counts(app)).toMatchObject([{ queued: 0, scheduled: 0, retrying: 0, dead: 0, succeeded: 0 }])
    expect(await app.redis.zcard(app.keys.retrying('default'))).toBe(0)
  })

  test('refuses one that runs, and says why', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a')
    const { consumer, job } = await desk.take()
    expect(await actOnJobs(app.engine, 'delete', ['a', 'nobody'])).toEqual({
      done: 0,
      text: '0 jobs were deleted',
      refused: [
        { what: 'a', why: 'it runs: revoke it first' },
        { what: 'nobody', why: 'there is no such job' },
      ],
    })
    await consumer.succeed(job, { value: 1 }, { fetchNext: false, keep: true })
    expect(await actOnJobs(app.engine, 'delete', ['a'])).toMatchObject({ done: 1 })
  })

  test('of one whose worker is gone works', async () => {
    const app = testApp(broker)
    await new JobDesk(app).add('a')
    await takeAndVanish(app, 'default', 30)
    await expect.poll(() => app.redis.exists(`${app.keys.job('default', 'a')}:lock`)).toBe(0)
    expect(await actOnJobs(app.engine, 'delete', ['a'])).toMatchObject({ done: 1 })
    expect(await app.redis.llen(app.keys.lane('default', 'active'))).toBe(0)
  })

  test.each(['meta', 'wait', 'failed', 'a:logs', 'events', 'id'])('leaves the engine’s own %s alone', async (name) => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.bury('b')
    await desk.add('a')
    await app.redis.rpush(`${app.keys.job('default', 'a')}:logs`, 'x')
    const key = app.keys.job('default', name)
    expect(await app.redis.exists(key)).toBe(1)
    for (const verb of ['delete', 'retry', 'revoke', 'promote'] as const) {
      expect(await actOnJobs(app.engine, verb, [name])).toMatchObject({
        done: 0,
        refused: [{ what: name, why: 'there is no such job' }],
      })
    }
    expect(await app.redis.exists(key)).toBe(1)
  })
})

describe('retry all that match', () => {
  test('runs those again that match, over all lanes, and tells how far it is', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await deadLetters(app, 250)
    await desk.bury('other', { task: 'other' })
    await desk.bury('limited', { lane: 'default~send' })
    const seen: RetryProgress[] = []
    const report = await retryMatching(app.engine, { place: 'dead', task: 'send' }, plainViewer(), (progress) =>
      seen.push(progress),
    )
    expect(report).toEqual({ done: 251, refused: [], text: '251 jobs run again' })
    expect(seen.at(-1)).toEqual({ searched: 252, retried: 251, revoked: 0, expired: 0 })
    expect(seen.length).toBeGreaterThan(2)
    expect(await counts(app)).toMatchObject([{ queued: 251, dead: 1 }])
  })

  test('goes past thousands that do not match, though they ended at the same time', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    const ids = await deadLetters(app, 1000)
    const failed = app.keys.lane('default', 'failed')
    await app.redis.zadd(failed, ...ids.flatMap((id) => [5000, id]))
    await desk.bury('last', { task: 'other' })
    expect(await retryMatching(app.engine, { place: 'dead', task: 'other' }, plainViewer())).toMatchObject({ done: 1 })
    expect(await app.redis.zcard(failed)).toBe(1000)
  })

  test('takes those of a queue and of a time only', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.bury('old')
    await desk.bury('new')
    await desk.bury('else', { lane: 'emails' })
    await app.redis.zadd(app.keys.lane('default', 'failed'), 1000, 'old')
    const filter = { place: 'dead', queue: 'default', since: 1000 } as const
    expect(await retryMatching(app.engine, filter, plainViewer())).toMatchObject({ done: 1 })
    expect(await stateOf(app, 'new')).toBe('queued')
  })

  test('leaves one alone that fails again meanwhile', async () => {
    const again = defineTask({ name: 'again' }, async () => {
      throw new Error('no')
    })
    const app = testApp(broker, { tasks: [again] })
    await deadLetters(app, 600, 'again')
    const { events } = await app.worker({ options: { concurrency: 50 } })
    expect(await retryMatching(app.engine, { place: 'dead' }, plainViewer())).toMatchObject({ done: 600 })
    await events.count('job.dead-lettered', 600)
    expect(events.of('job.started')).toHaveLength(600)
    expect(await counts(app)).toMatchObject([{ queued: 0, dead: 600 }])
  })

  test.each([-5000, 60_000])('runs each once, where the clock of the workers is %d ms off', async (skewMs) => {
    const again = defineTask({ name: 'again' }, async () => {
      throw new Error('no')
    })
    const app = testApp(broker, { tasks: [again] })
    await deadLetters(app, 600, 'again', skewMs)
    const real = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => real() + skewMs)
    const { events } = await app.worker({ options: { concurrency: 50 } })
    const seen: RetryProgress[] = []
    const report = await retryMatching(app.engine, { place: 'dead' }, plainViewer(), (progress) => seen.push(progress))
    expect(report).toMatchObject({ done: 600 })
    expect(seen.at(-1)).toEqual({ searched: 600, retried: 600, revoked: 0, expired: 0 })
    await events.count('job.dead-lettered', 600)
    expect(events.of('job.started')).toHaveLength(600)
    expect(await counts(app)).toMatchObject([{ queued: 0, active: 0, dead: 600 }])
  })

  test('leaves those alone that were revoked, and says so; one by one they run', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('j-revoked')
    await actOnJobs(app.engine, 'revoke', ['j-revoked'])
    await desk.bury('j-failed')
    await desk.bury('j-alike', {}, { name: 'Error', message: 'TASKQ_JOB_REVOKED', stack: 'x' })
    expect(await retryMatching(app.engine, { place: 'dead' }, plainViewer())).toEqual({
      done: 2,
      refused: [],
      text: '2 jobs run again; 1 job was revoked and left alone',
    })
    expect(await stateOf(app, 'j-revoked')).toBe('revoked')
    expect(await actOnJobs(app.engine, 'retry', ['j-revoked'])).toMatchObject({ done: 1 })
    expect(await stateOf(app, 'j-revoked')).toBe('queued')
  })

  test('is for dead letters only', async () => {
    const app = testApp(broker)
    expect(await rejection(retryMatching(app.engine, { place: 'queued' }, plainViewer()))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
      message: 'place: expected dead, got "queued"',
    })
  })
})

/** Dead letters as the engine stores them, made in one go. */
async function deadLetters(app: TestApp, count: number, task = 'send', skewMs = 0): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `d${n}`)
  const desk = new JobDesk(app)
  await Promise.all(ids.map((id) => desk.add(id, { task })))
  const endedAt = Date.now() - 1000 + skewMs
  const pipeline = app.redis.pipeline().del(app.keys.lane('default', 'wait'))
  for (const id of ids) {
    pipeline.zadd(app.keys.lane('default', 'failed'), endedAt, id)
    pipeline.hset(app.keys.job('default', id), { finishedOn: endedAt, failedReason: 'boom', atm: 1 })
  }
  await pipeline.exec()
  return ids
}
