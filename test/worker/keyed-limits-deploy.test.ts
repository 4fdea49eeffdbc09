import { expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { consumerOf } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LANE = 'default~work'
const KEYED = { maxConcurrency: 1, keyed: ['concurrency'] } as const
/** An app whose lane is held to other limits as it goes, as by workers of other code that start. */
async function deploying() {
  const work = defineTask(
    { name: 'work', maxConcurrency: 1, concurrencyKey: (tenant: string) => tenant },
    (_, _tenant: string, _n: number) => {},
  )
  const app = testApp(broker, { tasks: [work] })
  const { lanes } = await app.side()
  const send = async (count: number) => {
    const sent: string[] = []
    for (let n = 0; n < count; n++) sent.push((await work.delay('a', n)).id)
    return sent
  }
  return { app, send, hold: (limits: Parameters<typeof lanes.limit>[2]) => lanes.limit('default', 'work', limits) }
}

const inRows = (app: TestApp) => app.redis.zcard(app.keys.keyed(LANE, 'waiting'))

test('a worker that was there first keeps limits that are divided since, also when a run ends', async () => {
  const { app, send, hold } = await deploying()
  await hold({ maxConcurrency: 5 })
  const [first, second] = await send(4)
  const older = await consumerOf(app, LANE)
  const { job } = await older.pull('1')
  if (job === undefined) throw new Error('no job may start')
  expect(job.id).toBe(first)
  await hold(KEYED)
  const newer = await consumerOf(app, LANE)
  expect((await newer.pull('2')).job, 'the one that runs counts').toBeUndefined()
  expect((await older.pull('3')).job).toBeUndefined()
  expect((await older.succeed(job, 1, { fetchNext: true, keep: true })).job, 'past the turnstile').toBeUndefined()
  expect((await newer.pull('4')).job?.id).toBe(second)
  expect((await older.pull('5')).job).toBeUndefined()
  expect(await app.redis.hgetall(app.keys.keyed(LANE, 'counts'))).toEqual({ a: '1' })
})

test('a worker that knew them divided hears that they are not any more', async () => {
  const { app, send, hold } = await deploying()
  await hold(KEYED)
  const sent = await send(5)
  const newer = await consumerOf(app, LANE)
  const { job } = await newer.pull('1')
  if (job === undefined) throw new Error('no job may start')
  await hold({ maxConcurrency: 3 })
  expect((await newer.pull('2')).job?.id).toBe(sent[1])
  expect(await inRows(app)).toBe(0)
  expect((await newer.succeed(job, 1, { fetchNext: true, keep: true })).job?.id).toBe(sent[2])
  expect((await newer.pull('3')).job?.id).toBe(sent[3])
  expect((await newer.pull('4')).job, 'three run').toBeUndefined()
})

test('jobs keep their order when their rows are dissolved', async () => {
  const { app, send, hold } = await deploying()
  await hold(KEYED)
  const sent = await send(620)
  const newer = await consumerOf(app, LANE)
  await newer.pull('1')
  await newer.pull('2')
  expect(await inRows(app)).toBe(619)
  sent.push(...(await send(3)))
  await hold({ maxConcurrency: 10_000 })
  const older = await consumerOf(app, LANE)
  const started: (string | undefined)[] = []
  for (let n = 1; n < sent.length; n++) started.push((await older.pull(`n${n}`)).job?.id)
  expect(started).toEqual(sent.slice(1))
})

test('only the lane says whether rows are dissolved', async () => {
  const { app, send, hold } = await deploying()
  await hold(KEYED)
  await send(3)
  const newer = await consumerOf(app, LANE)
  await newer.pull('1')
  const older = await consumerOf(app, LANE)
  await older.recoverLost()
  expect(await inRows(app)).toBe(2)
  expect(await app.redis.llen(app.keys.lane(LANE, 'wait'))).toBe(0)
})
