import { describe, expect, test } from 'vitest'

import { readJobDetail } from '../../src/control/jobs-detail.js'
import { timelineOf } from '../../src/control/jobs-timeline.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()
const HOUR = 3_600_000

const detail = async (app: TestApp, id: string) => {
  const found = await readJobDetail(app.engine, id, plainViewer(['pin']))
  if (found === undefined) throw new Error(`there is no job ${id}`)
  return found
}
const whats = (job: { timeline: readonly { what: string }[] }) => job.timeline.map(({ what }) => what)

test('a job that was never enqueued is not there', async () => {
  const app = testApp(broker)
  await new JobDesk(app).add('a')
  expect(await readJobDetail(app.engine, 'nobody', plainViewer([]))).toBeUndefined()
})

test.each(['meta', 'wait', 'id', 'events', 'a:logs'])('the engine’s own %s is no job', async (name) => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.add('a')
  await desk.add('b')
  await app.redis.rpush(`${app.keys.job('default', 'a')}:logs`, 'x')
  expect(await app.redis.exists(app.keys.job('default', name))).toBe(1)
  expect(await readJobDetail(app.engine, name, plainViewer([]))).toBeUndefined()
})

test('a run by a worker is told: who, when, each try, logs and result, secrets masked', async () => {
  let runs = 0
  const flaky = defineTask(
    { name: 'flaky', retries: 3, backoff: { type: 'fixed', delay: 1 } },
    async (ctx, _who: object) => {
      runs++
      ctx.log.info({ pin: '1234', run: runs }, `run ${runs} \u001b[2J`)
      if (runs < 3) throw new RangeError(`no ${runs}`)
      return { secret: 'hunter2', runs }
    },
  )
  const app = testApp(broker, { tasks: [flaky] })
  const { events, worker } = await app.worker({ name: 'amy' })
  const result = await flaky.delay({ user: 'ada', pin: '1234' })
  await events.waitFor('job.succeeded')
  const job = await detail(app, result.id)
  expect(job).toMatchObject({
    id: result.id,
    task: 'flaky',
    lane: 'default',
    queue: 'default',
    state: 'succeeded',
    attempts: 3,
    args: '[{"user":"ada","pin":"***"}]',
    argsJson: '[{"user":"ada","pin":"***"}]',
    resultJson: '{"secret":"***","runs":3}',
    worker: expect.stringMatching(/^amy@/),
    tries: [
      { attempt: 1, error: 'RangeError: no 1', worker: expect.stringMatching(/^amy@/) },
      { attempt: 2, error: 'RangeError: no 2' },
    ],
  })
  expect(job).not.toHaveProperty('failure')
  expect(job.logs).toHaveLength(3)
  expect(job.logs[0]).toMatch(/info run 1 \\u001b\[2J \{"pin":"\*\*\*","run":1\}$/)
  expect(whats(job)).toEqual([
    'enqueued',
    'attempt 1 started',
    'attempt 1 failed: RangeError: no 1',
    'attempt 2 started',
    'attempt 2 failed: RangeError: no 2',
    'attempt 3 started',
    'succeeded',
  ])
  for (const one of job.tries) expect(one.endedAt).toBeGreaterThanOrEqual(one.startedAt)
  await worker.stop()
})

describe('the timeline', () => {
  test('of a dead letter ends with its death', async () => {
    const app = testApp(broker)
    await new JobDesk(app).bury('a')
    const job = await detail(app, 'a')
    expect(job).toMatchObject({ state: 'failed', error: 'TypeError: boom', failure: { name: 'TypeError' } })
    expect(whats(job).slice(0, 3)).toEqual(['enqueued', 'attempt 1 started', 'attempt 1 failed: TypeError: boom'])
    expect(whats(job)).toHaveLength(4)
    expect(whats(job)[3]).toBe('failed')
  })

  test('of a job that waits for its time, and for its next run', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.fail('b', 2 * HOUR)
    await desk.add('a', { delayMs: HOUR })
    const [scheduled, retrying] = [await detail(app, 'a'), await detail(app, 'b')]
    expect(whats(scheduled)).toEqual(['enqueued', 'scheduled for'])
    expect(scheduled.state).toBe('scheduled')
    // The broker in JavaScript rounds times of the engine by a millisecond.
    expect(Math.abs((scheduled.dueAt ?? 0) - (scheduled.timeline[1]?.at ?? 0))).toBeLessThanOrEqual(1)
    expect(whats(retrying).at(-1)).toBe('attempt 2 is due')
    expect(retrying.timeline.at(-1)?.at).toBe(retrying.dueAt)
    expect(retrying).toMatchObject({ state: 'retrying', error: 'TypeError: boom' })
  })

  test('of a job that runs, and of one that was revoked while it waited', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('a')
    await desk.take()
    await desk.add('b')
    await app.engine.revoke({ id: 'b', lane: 'default' }, 'no')
    expect(whats(await detail(app, 'a'))).toEqual(['enqueued', 'attempt 1 started'])
    const revoked = await detail(app, 'b')
    expect(whats(revoked)).toEqual(['enqueued', 'revoked'])
    expect(revoked.tries).toEqual([])
  })
})

test('the last twenty failed runs are kept', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.add('a')
  for (let run = 1; run <= 25; run++) {
    const { consumer, job } = await desk.take()
    await consumer.retry(job, { name: 'Error', message: `${run}${'x'.repeat(600)}` }, 0, { fetchNext: false })
  }
  const { tries } = await detail(app, 'a')
  expect(tries.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, (_, n) => n + 6))
  expect(tries[0]?.error).toHaveLength(501)
  expect(tries.map(({ worker }) => worker)).toEqual(Array.from({ length: 20 }))
})

test('the slot of a schedule entry, and a large result, are told', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  const data = JSON.stringify({ v: 1, args: [], schedule: { name: 'nightly', slotMs: 60_000 } })
  await desk.succeed('a', { elsewhere: true }, { data })
  await app.redis.set(app.keys.result('a'), JSON.stringify({ token: 'hunter2', n: 1 }))
  expect(await detail(app, 'a')).toMatchObject({
    schedule: { name: 'nightly', slotMs: 60_000 },
    resultJson: '{"token":"***","n":1}',
  })
  await app.redis.del(app.keys.result('a'))
  expect(await detail(app, 'a')).not.toHaveProperty('resultJson')
})

test('damaged fields do not keep a job from being shown', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.bury('a', { data: '{"password":"hunter2"' })
  const damage = {
    opts: '{',
    timestamp: 'soon',
    failure: '{',
    'try:0': '{"attempt":1}',
    'try:3': 'null',
    progress: '{',
  }
  await app.redis.hset(app.keys.job('default', 'a'), damage)
  await app.redis.rpush(
    `${app.keys.job('default', 'a')}:logs`,
    '\u001b[2J',
    `{"message":"m","fields":{"pin":"1${'x'.repeat(9000)}`,
  )
  const job = await detail(app, 'a')
  expect(job).toMatchObject({ argsJson: '[unreadable: 21 B]', enqueuedAt: 0, tries: [], error: 'Error: boom' })
  expect(job.logs).toEqual(['\\u001b[2J', '{"message":"m"'])
})

test('runs stand in their order, whatever the clocks of their workers say', async () => {
  const app = testApp(broker, { tasks: [] })
  await app.client.enqueue('send', [])
  const [id = ''] = await app.redis.lrange(app.keys.lane('default', 'wait'), 0, -1)
  const story = await app.engine.jobs.findStory(id)
  if (story === undefined) throw new Error('the job has no story')
  const at = story.job.enqueuedAt
  const tries = [
    { attempt: 1, startedAt: at + 1, endedAt: at + 9, worker: 'fast@a', error: 'Error: one' },
    { attempt: 2, startedAt: at + 8, endedAt: at + 12, worker: 'slow@b', error: 'Error: two' },
  ]
  expect(timelineOf({ ...story, tries, firstDelayMs: 5 }).map(({ what }) => what)).toEqual([
    'enqueued',
    'attempt 1 started',
    'scheduled for',
    'attempt 1 failed: Error: one',
    'attempt 2 started',
    'attempt 2 failed: Error: two',
  ])
})
