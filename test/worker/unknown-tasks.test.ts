import { describe, expect, test } from 'vitest'
import { readStatus } from '../../src/control/status.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { type RecordingSite, recordOutcome } from '../../src/worker/record-outcome.js'
import { RefusalPace } from '../../src/worker/refusal-pace.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const echo = (unique = false) => defineTask({ name: 'echo', unique }, (_, text: string) => text)

/** Puts a job of any name there, as another program might. */
async function addNamed(app: TestApp, task: string, data = '{"v":1,"args":[]}'): Promise<void> {
  const id = `strange${Math.random()}`.replace('.', '')
  await app.engine.producer.add({ id, lane: 'default', task, data, delayMs: 0 })
}

describe('a job whose task the worker does not know', () => {
  test('is parked in the lane of its task, and never asked for again', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const result = await task.delay('new code')
    expect(await older.events.waitFor('job.parked')).toMatchObject({ id: result.id, task: 'echo', queue: 'default' })
    expect(await result.state()).toBe('queued')
    expect(await app.engine.jobs.find(result.id)).toMatchObject({ lane: 'default~echo', attemptsMade: 0 })
    const started = older.events.of('job.started').length
    // Its next look for lanes does not take it either.
    expect(await app.engine.lanes()).toContain('default~echo')
    const side = await app.side()
    expect(await side.lanes.ofQueues(['default'], () => false)).toEqual(['default'])
    expect(older.events.of('job.started')).toHaveLength(started)
  })

  test('runs where the task is known, as if it had never been taken, and whoever waits for it hears of it', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const result = await task.delay('new code')
    const value = result.get({ timeout: '20s' })
    await older.events.waitFor('job.parked')
    const newer = await app.worker({ name: 'newer' })
    expect(await value).toBe('new code')
    expect(newer.events.of('job.started')).toMatchObject([{ id: result.id, attempt: 1, waitMs: expect.any(Number) }])
    expect(await app.client.result(result.id).get()).toBe('new code')
  })

  test('keeps what it stands for: another call finds it where it is', async () => {
    const task = echo(true)
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const first = await task.delay('x')
    await older.events.waitFor('job.parked')
    const second = await task.delay('x')
    expect(second).toMatchObject({ id: first.id, deduplicated: true })
    await app.worker({ name: 'newer' })
    expect(await second.get()).toBe('x')
    await expect.poll(() => app.redis.zcard(app.keys.claims)).toBe(0)
  })

  test('waits in a paused queue, and goes on when that does', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const result = await task.delay('x')
    await older.events.waitFor('job.parked')
    await app.engine.queuePause.set('default', true)
    const newer = await app.worker({ name: 'newer' })
    expect(newer.events.of('job.started')).toEqual([])
    await app.engine.queuePause.set('default', false)
    expect(await result.get()).toBe('x')
  })

  test('leaves no lane behind once it and its result are gone', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const result = await task.delay('x')
    await older.events.waitFor('job.parked')
    const newer = await app.worker({ name: 'newer' })
    await result.get()
    const side = await app.side()
    expect(await side.retire('default~echo')).toBe(false)
    await result.forget()
    await expect.poll(() => side.retire('default~echo')).toBe(true)
    expect(await app.engine.lanes()).toEqual(['default'])
    const left = await app.redis.keys(`${app.keys.lane('default~echo', '')}*`)
    // A worker that serves it may look for lost jobs at that moment.
    expect(left.filter((key) => !key.endsWith(':stalled-check'))).toEqual([])
    // It is made anew by the next one, and served again.
    const second = await task.delay('y')
    expect(await second.get()).toBe('y')
    expect(newer.events.of('job.dead-lettered')).toEqual([])
  })

  test('is told of by the status, as long as nobody knows its task', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const result = await task.delay('x')
    await older.events.waitFor('job.parked')
    expect((await readStatus(app.engine)).unknownTasks).toEqual([{ task: 'echo', queue: 'default', jobs: 1 }])
    await app.worker({ name: 'newer' })
    await result.get()
    expect((await readStatus(app.engine)).unknownTasks).toEqual([])
  })

  test.each([
    ['__proto__'],
    ['constructor'],
    ['\u001b[2J\u0000\n'],
    ['x'.repeat(10_240)],
    [''],
    ['a~b:c'],
    ['../../etc/passwd'],
  ])('and that has a name like %j does not stop the queue', async (name) => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    await addNamed(app, name)
    const { events } = await app.worker()
    expect(await (await task.delay('healthy')).get()).toBe('healthy')
    const ends = () => [...events.of('job.dead-lettered'), ...events.of('job.parked')]
    await events.until(() => ends().length === 1, 10_000, 'end of the strange job')
    const [job] = ends()
    const stored = await app.engine.jobs.find(job?.id as string)
    expect(stored).toMatchObject({ task: name, data: '{"v":1,"args":[]}' })
    expect(job?.name).toBe('job.dead-lettered')
    expect(stored?.failure).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
  })
})

describe('the id of a parked job', () => {
  test('that a caller gave is its own: another call finds it where it is', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const first = await task.applyAsync(['one'], { taskId: 'x' })
    await older.events.waitFor('job.parked')
    const second = await task.applyAsync(['two'], { taskId: 'x' })
    expect(second).toMatchObject({ id: first.id, deduplicated: true })
    await app.worker({ name: 'newer' })
    expect(await second.get()).toBe('one')
    expect(await task.applyAsync(['three'], { taskId: 'x' })).toMatchObject({ deduplicated: true })
  })

  test('stands once in its lane where its call is sent again', async () => {
    const task = echo()
    const app = testApp(broker, { tasks: [task] })
    const older = await app.worker({ tasks: [], name: 'older' })
    const job = await app.client.plan({ task: 'echo', args: ['one'], options: {}, id: 'theid' })
    await app.engine.producer.add(job)
    await older.events.count('job.parked', 1)
    await app.engine.producer.add({ ...job, data: job.data.replace('one', 'two') })
    await older.events.count('job.parked', 2)
    expect(await app.redis.lrange(app.keys.lane('default~echo', 'wait'), 0, -1)).toEqual(['theid'])
    const newer = await app.worker({ name: 'newer' })
    expect(await app.client.result('theid').get()).toBe('one')
    expect(newer.events.of('job.started')).toHaveLength(1)
    expect(await app.redis.keys(`${app.keys.job('default', 'theid')}*`)).toEqual([])
  })
})

test('a job that was told to end before it is parked ends where it was moved', async () => {
  const task = echo()
  const app = testApp(broker, { tasks: [task] })
  const result = await task.delay('x')
  const job = await takeAndVanish(app, 'default', 10_000)
  expect(await app.engine.revoke({ id: job.id, lane: 'default' }, 'not needed')).toBe('told')
  const side = await app.side()
  const site: RecordingSite = {
    endIfRevoked: (one, lane) => side.endIfRevoked(one, lane),
    noteOwnTtl: () => {},
    saveLargeResult: async () => {},
    onTrouble: () => {},
    onNext: () => {},
    cuts: () => 0,
    wasTold: async () => false,
    refused: new RefusalPace(),
    isHurried: () => false,
  }
  const recorded = await recordOutcome(job, { kind: 'parked' }, () => false, site)
  expect(recorded.revoked).toBe('not needed')
  expect(await result.state()).toBe('revoked')
})

describe('a job of another version of its task', () => {
  const versioned = (version: number, migrate: Record<number, (args: readonly unknown[]) => readonly unknown[]> = {}) =>
    defineTask({ name: 'move', version, migrate }, (_, order: { id: string; note?: string }) => order)

  /** Enqueues with the code of then. */
  async function enqueueAs(app: TestApp, task: { readonly definition: { readonly name: string } }, args: unknown[]) {
    const result = await app.client.enqueue('move', args)
    forgetTasks(task.definition.name)
    return result
  }

  test('is brought up to date, one version after the other', async () => {
    const first = defineTask({ name: 'move' }, (_, id: string) => id)
    const app = testApp(broker, {})
    const old = await enqueueAs(app, first, ['a'])
    const now = versioned(3, {
      1: ([id]) => [{ id }],
      2: ([order]) => [{ ...(order as object), note: 'new' }],
    })
    const { worker } = await app.worker({ tasks: [now] })
    expect(await old.get()).toEqual({ id: 'a', note: 'new' })
    expect(await (await now.delay({ id: 'b' })).get()).toEqual({ id: 'b' })
    await worker.stop()
    forgetTasks('move')
  })

  test.each([
    ['lacks the version', {}, /migrate has no 1/],
    ['is a promise', { 1: () => Promise.reject(new Error('no')) as never }, /returned .*where an array/],
    ['throws at once', { 1: (): never[] => fail('bad') }, /migrate\[1\] threw: bad/],
  ])('is dead where the migration %s, and says so', async (_, migrate, message) => {
    const first = defineTask({ name: 'move' }, (_, id: string) => id)
    const app = testApp(broker, {})
    const old = await enqueueAs(app, first, ['a'])
    const now = versioned(2, migrate as never)
    await app.worker({ tasks: [now] })
    const error = await rejection(old.get())
    expect(error).toMatchObject({
      failure: { code: 'TASKQ_PAYLOAD_OUTDATED', message: expect.stringMatching(message) },
    })
    expect(await app.engine.jobs.find(old.id)).toMatchObject({ data: expect.stringContaining('["a"]') })
    forgetTasks('move')
  })

  test('that is later than the worker waits for a later worker', async () => {
    const later = versioned(2, { 1: ([id]) => [{ id }] })
    const app = testApp(broker, {})
    const result = await enqueueAs(app, later, [{ id: 'a' }])
    const older = defineTask({ name: 'move' }, (_, id: string) => id)
    const { events, worker } = await app.worker({ tasks: [older] })
    expect(await events.waitFor('job.postponed')).toMatchObject({
      reason: 'its arguments are of version 2 of its task, this worker has version 1',
    })
    await worker.stop()
    forgetTasks('move')
    const newer = versioned(2)
    await app.worker({ tasks: [newer] })
    await app.engine.jobEdits.promote({ id: result.id, lane: 'default' })
    expect(await result.get()).toEqual({ id: 'a' })
    forgetTasks('move')
  })
})

function fail(message: string): never {
  throw new Error(message)
}
