import { describe, expect, test } from 'vitest'
import type { DeadFilter } from '../../src/control/dead/dead-filter.js'
import { dropDead, dropThose, listDead, retryDead, retryThose } from '../../src/control/dead/dead-letters.js'
import { editAndRetry } from '../../src/control/dead/edit-dead.js'
import { showDead } from '../../src/control/dead/show-dead.js'
import { actOnJobs, retryMatching } from '../../src/control/jobs-actions.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { purgeQueues } from '../../src/control/purge.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()
const HOUR = 3_600_000
const ended = (code: string) => ({ name: 'TaskqError', message: code, code })
const TIMEOUT = { name: 'Error', message: 'connect ETIMEDOUT 10.0.0.1', code: 'ETIMEDOUT' }
const LIMITS = { maxBytes: 100_000 }

const stateOf = (app: TestApp, id: string) => app.client.result(id).state()
const counts = async (app: TestApp) => (await app.engine.queueOverviews()).queues

/** One dead letter of each kind. */
async function oneOfEach() {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.bury('plain', { task: 'mails.send' })
  await desk.bury('slow', { task: 'mails.fetch', lane: 'web' }, TIMEOUT)
  await desk.bury('crashed', {}, ended('TASKQ_JOB_CRASHED'))
  await desk.bury('revoked', {}, ended('TASKQ_JOB_REVOKED'))
  await desk.bury('expired', {}, ended('TASKQ_JOB_EXPIRED'))
  return { app, desk }
}

const found = async (app: TestApp, filter: DeadFilter) =>
  (await listDead(app.engine, filter, 100, plainViewer())).rows.map(({ id }) => id).sort()

describe('a list of dead letters', () => {
  test('tells the kinds apart', async () => {
    const { app } = await oneOfEach()
    const { rows, total } = await listDead(app.engine, {}, 100, plainViewer())
    expect(total).toBe(5)
    expect(Object.fromEntries(rows.map(({ id, state }) => [id, state]))).toEqual({
      plain: 'failed',
      slow: 'failed',
      crashed: 'dead',
      revoked: 'revoked',
      expired: 'expired',
    })
  })

  test.each<[DeadFilter, string[]]>([
    [{ states: ['failed'] }, ['plain', 'slow']],
    [{ states: ['revoked', 'expired'] }, ['expired', 'revoked']],
    [{ error: 'etimedout' }, ['slow']],
    [{ error: 'TASKQ_JOB_CRASHED' }, ['crashed']],
    [{ task: 'mails.*' }, ['plain', 'slow']],
    [{ queue: 'web' }, ['slow']],
    [{ task: 'mails.*', queue: 'default', states: ['failed'] }, ['plain']],
    [{ since: Date.now() + HOUR }, []],
    [{ since: Date.now() - HOUR, error: 'boom' }, ['plain']],
  ])('chooses by %o', async (filter, ids) => {
    const { app } = await oneOfEach()
    expect(await found(app, filter)).toEqual(ids)
  })

  test('refuses a queue and a state that nobody knows', async () => {
    const { app } = await oneOfEach()
    expect(await rejection(found(app, { queue: 'wbe' }))).toMatchObject({ code: 'TASKQ_QUEUE_UNKNOWN' })
    expect(await rejection(found(app, { states: ['gone' as never] }))).toMatchObject({ code: 'TASKQ_CONTROL_INVALID' })
  })
})

describe('retry', () => {
  test('runs what matches, leaves revoked and expired ones alone, and says so before and after', async () => {
    const { app } = await oneOfEach()
    const planned = await retryDead(app.engine, {}, plainViewer(), { dryRun: true })
    const report = { searched: 5, done: 3, left: { revoked: 1, expired: 1 }, refused: [] }
    expect(planned).toEqual({ ...report, dryRun: true, text: '3 jobs would run again' })
    expect(await stateOf(app, 'slow')).toBe('failed')
    expect(await retryDead(app.engine, {}, plainViewer())).toEqual({
      ...report,
      dryRun: false,
      text: '3 jobs run again',
    })
    expect(await found(app, {})).toEqual(['expired', 'revoked'])
  })

  test('runs revoked ones where they are asked for', async () => {
    const { app } = await oneOfEach()
    expect(await retryDead(app.engine, { states: ['revoked'] }, plainViewer())).toMatchObject({ done: 1 })
    expect(await stateOf(app, 'revoked')).toBe('queued')
  })

  test('by ids tells for each why it does not run', async () => {
    const { app, desk } = await oneOfEach()
    await desk.add('waits')
    const ids = ['plain', 'revoked', 'waits', 'nobody', 'plain']
    const refused = [
      { what: 'waits', why: 'it has not failed' },
      { what: 'nobody', why: 'there is no such job' },
    ]
    expect(await retryThose(app.engine, ids, { dryRun: true })).toMatchObject({ done: 2, refused })
    expect(await retryThose(app.engine, ids)).toMatchObject({ done: 2, refused, text: '2 jobs run again' })
  })

  test('keeps priorities, and jobs of a limited lane in it', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    for (const [id, priority] of [
      ['low', 1],
      ['high', 9],
    ] as const) {
      await app.engine.producer.add({ ...{ id, lane: 'ranks', task: 'send', delayMs: 0, priority }, data: '{}' })
      const { consumer, job } = await desk.take('ranks')
      await consumer.bury(job, TIMEOUT, { fetchNext: false })
    }
    await desk.bury('limited', { lane: 'mails~send' })
    expect(await retryDead(app.engine, {}, plainViewer())).toMatchObject({ done: 3 })
    expect((await desk.take('ranks')).job.id).toBe('high')
    expect((await desk.take('ranks')).job.id).toBe('low')
    expect((await desk.take('mails~send')).job.id).toBe('limited')
  })

  test('tells in the job who did it, each time', async () => {
    const { app, desk } = await oneOfEach()
    await retryThose(app.engine, ['plain'], { by: 'ann@desk' })
    await desk.take()
    const story = await app.engine.jobs.findStory('plain')
    expect(story?.audit).toEqual([{ at: expect.any(Number), did: 'retry', by: 'ann@desk' }])
    await retryDead(app.engine, { error: 'etimedout' }, plainViewer(), { by: 'cron' })
    const detail = await readJobDetail(app.engine, 'slow', plainViewer())
    expect(detail?.audit).toMatchObject([{ did: 'retry', by: 'cron' }])
    expect(detail?.timeline.map(({ what }) => what)).toContain('made to run again by cron')
  })
})

describe('the audit of a job', () => {
  test.each<[string, string, (app: TestApp) => Promise<unknown>]>([
    ['its handle', 'its handle', (app) => app.client.result('plain').retry()],
    ['the dashboard', 'ann', (app) => actOnJobs(app.engine, 'retry', ['plain'], 'ann')],
    [
      'the dashboard, of all that match',
      'ann',
      (app) => retryMatching(app.engine, { place: 'dead' }, plainViewer(), undefined, 'ann'),
    ],
    ['somebody who does not say who', '', (app) => retryThose(app.engine, ['plain'])],
  ])('tells of a retry by %s', async (_, by, retry) => {
    const { app } = await oneOfEach()
    await retry(app)
    expect((await app.engine.jobs.findStory('plain'))?.audit).toMatchObject([{ did: 'retry', by }])
  })
})

describe('retry with other arguments', () => {
  test('runs with them, keeps what it was, and who changed it', async () => {
    const seen: unknown[] = []
    const task = defineTask({ name: 'send' }, async (_, ...args: unknown[]) => {
      seen.push(args)
      if (args[0] === 'bad') throw new Error('no')
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    const { id } = await task.applyAsync(['bad'], { headers: { tenant: 'a' } })
    await events.waitFor('job.dead-lettered')
    const edit = { id, args: ['good', { n: 1 }], by: 'ann' }
    expect(await editAndRetry(app.engine, { ...edit, dryRun: true }, plainViewer(), LIMITS)).toMatchObject({ done: 1 })
    expect(await editAndRetry(app.engine, edit, plainViewer(), LIMITS)).toMatchObject({ done: 1, refused: [] })
    await events.waitFor('job.succeeded')
    expect(seen).toEqual([['bad'], ['good', { n: 1 }]])
    const story = await app.engine.jobs.findStory(id)
    expect(story?.audit).toMatchObject([{ did: 'edit and retry', by: 'ann' }])
    expect(JSON.parse(story?.job.data ?? '')).toMatchObject({ args: ['good', { n: 1 }], headers: { tenant: 'a' } })
    const first = await app.redis.hget(app.keys.job('default', id), 'firstData')
    expect(JSON.parse(first ?? '')).toMatchObject({ args: ['bad'] })
  })

  test('refuses what the schema refuses, what is too large, and what has not failed', async () => {
    const { app, desk } = await oneOfEach()
    await desk.add('waits')
    const edit = (id: string, args: readonly unknown[]) => editAndRetry(app.engine, { id, args }, plainViewer(), LIMITS)
    expect(await rejection(edit('plain', ['x'.repeat(200_000)]))).toMatchObject({ code: 'TASKQ_PAYLOAD_TOO_LARGE' })
    expect(await rejection(edit('plain', [1n]))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    expect(await edit('waits', [])).toMatchObject({ done: 0, refused: [{ what: 'waits', why: 'it has not failed' }] })
    expect(await edit('nobody', [])).toMatchObject({ refused: [{ what: 'nobody', why: 'there is no such job' }] })
    expect(await stateOf(app, 'plain')).toBe('failed')
  })
})

describe('drop', () => {
  test('removes what matches with all that belongs to it, after saying how many', async () => {
    const { app } = await oneOfEach()
    await app.redis.set(app.keys.result('plain'), '1')
    await app.redis.rpush(`${app.keys.job('default', 'plain')}:logs`, 'x')
    const planned = await dropDead(app.engine, { states: ['failed'] }, plainViewer(), { dryRun: true })
    expect(planned).toMatchObject({ done: 2, text: '2 jobs would be removed' })
    expect(await dropDead(app.engine, { states: ['failed'] }, plainViewer())).toMatchObject({ done: 2 })
    expect(await found(app, {})).toEqual(['crashed', 'expired', 'revoked'])
    expect((await app.redis.keys('*plain*')).filter((key) => key.includes(app.config.prefix))).toEqual([])
  })

  test('leaves one alone that was retried meanwhile', async () => {
    const { app } = await oneOfEach()
    await retryThose(app.engine, ['plain'])
    expect(await app.engine.jobEdits.removeFrom('dead', 'default', ['plain', 'crashed'])).toBe(1)
    expect(await stateOf(app, 'plain')).toBe('queued')
    const refused = [{ what: 'plain', why: 'it has not failed' }]
    expect(await dropThose(app.engine, ['plain', 'revoked'])).toMatchObject({ done: 1, refused })
  })

  test('shows only what has failed', async () => {
    const { app, desk } = await oneOfEach()
    await desk.add('waits')
    expect(await showDead(app.engine, 'crashed', plainViewer())).toMatchObject({ id: 'crashed', state: 'dead' })
    expect(await rejection(showDead(app.engine, 'waits', plainViewer()))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
    })
    expect(await rejection(showDead(app.engine, 'nobody', plainViewer()))).toMatchObject({
      code: 'TASKQ_RESULT_UNKNOWN',
    })
  })
})

describe('purge', () => {
  async function crowded() {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    for (let n = 0; n < 250; n++) await desk.add(`w${n}`)
    await desk.add('limited', { lane: 'default~send' })
    await desk.add('later', { delayMs: HOUR })
    await app.engine.producer.add({
      ...{ id: 'ranked', lane: 'ranks', task: 'send', delayMs: 0, priority: 3 },
      data: '{}',
    })
    await desk.bury('dead', { lane: 'other' })
    await desk.add('runs', { lane: 'other' })
    await desk.take('other')
    return app
  }

  test('throws away what waits, and nothing else', async () => {
    const app = await crowded()
    const queues = [
      { queue: 'default', purged: 251 },
      { queue: 'other', purged: 0 },
      { queue: 'ranks', purged: 1 },
    ]
    expect(await purgeQueues(app.engine, { dryRun: true })).toEqual({ dryRun: true, purged: 252, queues })
    expect(await purgeQueues(app.engine, {})).toEqual({ dryRun: false, purged: 252, queues })
    expect(await counts(app)).toMatchObject([
      { queue: 'default', queued: 0, scheduled: 1 },
      { queue: 'other', dead: 1, active: 1 },
      { queue: 'ranks', queued: 0 },
    ])
    expect(await stateOf(app, 'w0')).toBe('unknown')
  })

  test('also what waits for its time, of the queues that are named', async () => {
    const app = await crowded()
    const request = { queues: ['default', 'ranks'], exclude: ['ranks'], scheduled: true }
    expect(await purgeQueues(app.engine, { ...request, dryRun: true })).toMatchObject({ purged: 252 })
    expect(await purgeQueues(app.engine, request)).toMatchObject({ queues: [{ queue: 'default', purged: 252 }] })
    expect(await stateOf(app, 'ranked')).toBe('queued')
    expect(await stateOf(app, 'runs')).toBe('active')
  })

  test('refuses a queue that nobody knows, before anything is thrown away', async () => {
    const app = await crowded()
    const request = { queues: ['default', 'defualt'] }
    expect(await rejection(purgeQueues(app.engine, request))).toMatchObject({ code: 'TASKQ_QUEUE_UNKNOWN' })
    expect(await counts(app)).toMatchObject([{ queued: 251 }, {}, {}])
  })
})
