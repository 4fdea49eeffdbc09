import { describe, expect, test } from 'vitest'

import { readJobs } from '../../src/control/jobs-list.js'
import { JOB_PLACES, type JobFilter } from '../../src/engine/jobs/job-summary.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()
const HOUR = 3_600_000

const list = (app: TestApp, filter: JobFilter, limit = 50) => readJobs(app.engine, filter, limit, plainViewer([]))
const ids = async (app: TestApp, filter: JobFilter, limit = 50) =>
  (await list(app, filter, limit)).rows.map(({ id }) => id)

describe('each place', () => {
  test('shows its jobs with what is told of them, and no other', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.fail('j-retrying', HOUR)
    await desk.bury('j-dead')
    await desk.succeed('j-succeeded', { value: 1 })
    await desk.add('j-active', { args: [{ user: 'ada', password: 'hunter2' }] })
    const { job, consumer } = await desk.take()
    await consumer.progress(job, { done: 3, token: 'hunter2' })
    await desk.add('j-scheduled', { delayMs: HOUR })
    await desk.add('j-blocked')
    await app.redis.lrem(app.keys.lane('default', 'wait'), 1, 'j-blocked')
    await app.redis.zadd(app.keys.lane('default', 'waiting-children'), Date.now(), 'j-blocked')
    await desk.add('j-queued')
    for (const place of JOB_PLACES) {
      const page = await list(app, { place })
      expect(page, place).toMatchObject({
        searched: 1,
        total: 1,
        rows: [{ id: `j-${place}`, task: 'send', queue: 'default' }],
      })
      const state = place === 'dead' ? 'failed' : place
      expect(page.rows[0]?.state).toBe(state)
    }
    const [active, retrying, scheduled, dead, succeeded] = await Promise.all(
      (['active', 'retrying', 'scheduled', 'dead', 'succeeded'] as const).map(
        async (place) => (await list(app, { place })).rows[0],
      ),
    )
    expect(active).toMatchObject({
      args: '[{"user":"ada","password":"***"}]',
      attempts: 0,
      startedAt: job.startedAt,
      progress: { done: 3, token: '***' },
    })
    expect(retrying).toMatchObject({ attempts: 1, error: 'TypeError: boom' })
    for (const row of [retrying, scheduled]) expect((row?.dueAt ?? 0) - Date.now()).toBeGreaterThan(HOUR - 30_000)
    expect(dead).toMatchObject({ attempts: 1, error: 'TypeError: boom', finishedAt: expect.any(Number) })
    expect(succeeded).toMatchObject({ finishedAt: expect.any(Number) })
    expect(succeeded).not.toHaveProperty('error')
  })

  test('is empty without jobs, and without lanes', async () => {
    const app = testApp(broker)
    for (const place of JOB_PLACES) expect(await list(app, { place })).toEqual({ rows: [], searched: 0, total: 0 })
  })

  test('of a queue holds the jobs of all its lanes, and of no other queue', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a', { lane: 'emails' })
    await desk.add('b', { lane: 'emails~Send', task: 'Send' })
    await desk.add('c', { lane: 'emailsarchive' })
    expect((await ids(app, { place: 'queued', queue: 'emails' })).sort()).toEqual(['a', 'b'])
    expect((await list(app, { place: 'queued' })).total).toBe(3)
    expect(await list(app, { place: 'queued', queue: 'emails', task: 'Other' })).toMatchObject({ total: 1, rows: [] })
    expect(await list(app, { place: 'queued', queue: 'nowhere' })).toEqual({ rows: [], searched: 0, total: 0 })
  })
})

describe('the order', () => {
  test('of waiting jobs is the one in which they start', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    for (let n = 0; n < 300; n++) await desk.add(`j${n}`)
    expect(await ids(app, { place: 'queued' }, 3)).toEqual(['j0', 'j1', 'j2'])
    expect(await ids(app, { place: 'queued' }, 250)).toEqual(Array.from({ length: 250 }, (_, n) => `j${n}`))
  })

  test('of scheduled jobs is that of their times, over all lanes', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('third', { delayMs: 3 * HOUR })
    await desk.add('first', { delayMs: HOUR, lane: 'other' })
    await desk.add('second', { delayMs: 2 * HOUR })
    expect(await ids(app, { place: 'scheduled' })).toEqual(['first', 'second', 'third'])
    expect(await ids(app, { place: 'scheduled' }, 2)).toEqual(['first', 'second'])
  })

  test('of ended jobs begins with the last, over all lanes', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    for (const id of ['a', 'b', 'c']) {
      await desk.bury(id, { lane: id === 'b' ? 'other' : 'default' })
      const at = { a: 1000, b: 2000, c: 3000 }[id] ?? 0
      await app.redis.zadd(app.keys.lane(id === 'b' ? 'other' : 'default', 'failed'), at, id)
    }
    expect(await ids(app, { place: 'dead' })).toEqual(['c', 'b', 'a'])
    expect(await list(app, { place: 'dead', since: 1000 })).toMatchObject({
      total: 2,
      rows: [{ id: 'c' }, { id: 'b' }],
    })
  })

  test('shows scheduled jobs behind thousands that wait for their next run', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('scheduled', { delayMs: 5 * HOUR })
    const soon = (Date.now() + HOUR) * 4096
    const many = Array.from({ length: 500 }, (_, n) => [soon + n, `r${n}`] as const)
    await app.redis.zadd(app.keys.lane('default', 'delayed'), ...many.flat())
    await app.redis.zadd(app.keys.retrying('default'), ...many.flatMap(([score, id]) => [score / 4096, id]))
    const page = await list(app, { place: 'scheduled' })
    expect(page).toMatchObject({ total: 1, searched: 1, rows: [{ id: 'scheduled' }] })
  })

  test('leaves out a retry whose note is older than the job', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.fail('a', HOUR)
    await app.redis.zadd(app.keys.retrying('default'), Date.now() + HOUR, 'gone')
    expect(await ids(app, { place: 'retrying' })).toEqual(['a'])
  })
})

describe('the filter', () => {
  const filled = async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.bury('j-1', { task: 'emails.Send', args: ['Ada', { note: 'Über' }] })
    await desk.bury('j-2', { task: 'emails.Drop', args: [{ password: 'findme' }] })
    await desk.bury('j-3', { task: 'reports.Daily' }, { ...{ name: 'RangeError', stack: '' }, message: 'Out of Range' })
    return app
  }

  test.each<[Partial<JobFilter>, string[]]>([
    [{ task: 'emails.*' }, ['j-1', 'j-2']],
    [{ task: 'emails.Send' }, ['j-1']],
    [{ task: 'emails' }, []],
    [{ task: '*.D*' }, ['j-2', 'j-3']],
    [{ task: 'emails.Se.d' }, []],
    [{ text: 'ada' }, ['j-1']],
    [{ text: 'ÜBER' }, ['j-1']],
    [{ text: 'J-2' }, ['j-2']],
    [{ text: 'out of RANGE' }, ['j-3']],
    [{ text: 'rangeerror' }, ['j-3']],
    [{ text: 'reports.' }, ['j-3']],
    [{ text: '' }, ['j-1', 'j-2', 'j-3']],
    [{ task: 'emails.*', text: 'boom' }, ['j-1', 'j-2']],
    [{ task: 'reports.*', text: 'boom' }, []],
  ])('%j', async (filter, wanted) => {
    const app = await filled()
    expect((await ids(app, { place: 'dead', ...filter })).sort()).toEqual(wanted)
  })

  test('does not find what is masked', async () => {
    expect(await ids(await filled(), { place: 'dead', text: 'findme' })).toEqual([])
  })

  test('looks at two thousand jobs and says so', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await Promise.all(Array.from({ length: 2500 }, (_, n) => desk.add(`j${n}`, { args: [n === 2400 ? 'late' : 'x'] })))
    expect(await list(app, { place: 'queued', text: 'late' })).toMatchObject({ rows: [], searched: 2000, total: 2500 })
    expect(await list(app, { place: 'queued', text: 'x' }, 10)).toMatchObject({ searched: 200, total: 2500 })
    expect((await list(app, { place: 'queued' }, 10)).searched).toBe(10)
  })
})

describe('hostile data', () => {
  test('a payload of ten megabytes does not travel', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('big', { data: JSON.stringify({ v: 1, args: ['x'.repeat(10_000_000)] }) })
    await desk.add('small')
    await list(app, { place: 'queued' })
    const before = await bytesOut(app)
    const { rows } = await list(app, { place: 'queued' })
    expect(rows.map(({ id, args }) => [id, args])).toEqual([
      ['big', '[too large for a list: 9.5 MiB]'],
      ['small', '[]'],
    ])
    expect((await bytesOut(app)) - before).toBeLessThan(20_000)
  })

  test('what cannot be read is shown as such and hides no other job', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('broken', { data: '{"password":"hunter2"' })
    await desk.add('later', { data: '{"v":99}' })
    await desk.add('deep', { data: `{"v":1,"args":[${'['.repeat(1500)}${']'.repeat(1500)}]}` })
    await desk.add('gone')
    await app.redis.del(app.keys.job('default', 'gone'))
    await app.redis.rpush(app.keys.lane('default', 'wait'), 'wait')
    await desk.add('fine', { args: [1] })
    await app.redis.hset(app.keys.job('default', 'fine'), { progress: '{', timestamp: 'soon', failure: '7' })
    const { rows } = await list(app, { place: 'queued' })
    expect(rows.map(({ id, args }) => [id, args.slice(0, 20)])).toEqual([
      ['broken', '[unreadable: 21 B]'],
      ['later', '[of a later taskq]'],
      ['deep', '[[[[[[[[[[[[[[[[[[[['],
      ['fine', '[1]'],
    ])
  })

  test('names with control characters pass through: they are the presenter’s to make safe', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    const name = '\u001b[2J\u202e:*'
    await desk.bury('a', { task: name }, { name: '\u001b]0;x\u0007', message: 'x'.repeat(5000), stack: '' })
    const [row] = (await list(app, { place: 'dead' })).rows
    expect(row).toMatchObject({ id: 'a', task: name })
    expect(row?.error).toHaveLength(300)
    expect(row?.error).toMatch(/…$/)
  })
})

/** Bytes that the broker sent, where it counts them. */
async function bytesOut(app: TestApp): Promise<number> {
  const info = await app.redis.info('stats')
  return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1] ?? 0)
}
