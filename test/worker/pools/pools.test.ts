import { threadId } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { TaskqConfig } from '../../../src/config/taskq-config.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { runs } from '../../support/temp-project.js'
import { poolApp, toldBy } from './pool-app.js'
import * as tasks from './project/tasks.js'

const broker = brokerOfFile()

interface Place {
  readonly pid: number
  readonly threadId: number
}

describe.each(['process', 'thread'] as const)('a pool of kind %s', (pool) => {
  const start = async (worker: TaskqConfig['worker'] = {}) => {
    const { app, start: startWorker } = poolApp(broker, { pool, ...worker })
    return { app, ...(await startWorker()) }
  }
  const isElsewhere = ({ pid, threadId }: Place) => (pool === 'process' ? pid !== process.pid : threadId !== 0)

  test('runs jobs outside the worker, one after the other in the same child', async () => {
    await start()
    const first = (await (await tasks.place.delay()).get({ timeout: '20s' })) as Place
    expect(isElsewhere(first)).toBe(true)
    expect(await (await tasks.place.delay()).get({ timeout: '20s' })).toEqual(first)
    expect(await (await tasks.add.delay(2, 3)).get({ timeout: '20s' })).toBe(5)
  })

  test('keeps a child per slot at most', async () => {
    await start({ concurrency: 2 })
    const results = await Promise.all(Array.from({ length: 10 }, () => tasks.place.delay()))
    const places = (await Promise.all(results.map((result) => result.get({ timeout: '20s' })))) as Place[]
    expect(new Set(places.map(({ pid, threadId }) => `${pid}/${threadId}`)).size).toBeLessThanOrEqual(2)
  })

  test('lets a task say that it runs in the worker itself', async () => {
    await start()
    expect(await (await tasks.addElsewhere.delay()).get({ timeout: '20s' })).toBe('here')
  })

  test('brings progress, log lines, headers and attempts across', async () => {
    const { app, lines } = await start()
    const result = await tasks.talks.applyAsync([], { headers: { tenant: 'a' } })
    expect(await result.get({ timeout: '20s' })).toEqual({ attempt: 1, queue: 'default', headers: { tenant: 'a' } })
    const error = expect.objectContaining({ name: 'TypeError', message: 'told' })
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', id: result.id, message: 'careful', fields: { left: 3, error } }),
    ])
    const stored = await app.redis.lrange(`${app.keys.job('default', result.id)}:logs`, 0, -1)
    expect(stored).toHaveLength(1)
    expect(await app.redis.hget(app.keys.job('default', result.id), 'progress')).toBe('{"done":0.5}')
  })

  test('lets a task enqueue and wait for results with an app of its own', async () => {
    await start({ concurrency: 2 })
    expect(await (await tasks.callsAnother.delay()).get({ timeout: '20s' })).toBe('here')
  })

  test('judges a failure where it was thrown, by the task as it is written there', async () => {
    const { events } = await start()
    const error = await rejection((await tasks.fails.delay()).get({ timeout: '20s' }))
    expect(error).toMatchObject({ code: 'TASKQ_JOB_FAILED', failure: { name: 'TypeError', code: 'E_WRONG' } })
    expect(events.of('job.retried')[0]?.delayMs).toBeLessThanOrEqual(1)
  })

  test('tells a run by its signal that it is over its soft limit', async () => {
    await start()
    const result = await tasks.listens.applyAsync([], { softTimeLimit: '200ms' })
    const error = await rejection(result.get({ timeout: '20s' }))
    expect(error).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT', failure: { name: 'TaskqError' } })
  })

  test('ends a run that loops for ever at its hard limit, and the slot runs the next job', async () => {
    const { events } = await start()
    const stuck = await tasks.spins.applyAsync([], { timeLimit: '300ms' })
    const next = await tasks.place.delay()
    expect(await rejection(stuck.get({ timeout: '20s' }))).toMatchObject({
      code: 'TASKQ_JOB_TIME_LIMIT',
      failure: { message: `spins (${stuck.id}) ran longer than its hard limit of 300ms` },
    })
    expect(isElsewhere((await next.get({ timeout: '20s' })) as Place)).toBe(true)
    const [dead] = events.of('job.dead-lettered')
    // Its child's start is not counted by the limit, but by the run.
    expect(dead?.runMs).toBeLessThan(10_000)
  })

  test('fails the job whose code ends its child, and no other; it may run again', async () => {
    const { events } = await start()
    const result = await tasks.retriesOnce.delay('exits')
    expect(await result.get({ timeout: '20s' })).toBe(2)
    const [retried] = events.of('job.retried')
    expect(retried?.failure).toMatchObject({
      code: 'TASKQ_JOB_CRASHED',
      message: expect.stringContaining('exit code 7'),
    })
    expect(await (await tasks.add.delay(1, 1)).get({ timeout: '20s' })).toBe(2)
  })

  test('says which error ended a child that nobody caught', async () => {
    await start()
    const error = await rejection((await tasks.throwsLate.delay()).get({ timeout: '20s' }))
    expect(error).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(JSON.stringify((error as unknown as { failure: object }).failure)).toContain('nobody catches this')
  })

  test('replaces a child after so many runs', async () => {
    await start({ maxTasksPerChild: 2 })
    const places: Place[] = []
    for (let run = 0; run < 4; run++) {
      places.push((await (await tasks.place.delay()).get({ timeout: '20s' })) as Place)
    }
    const [first, second, third, fourth] = places
    expect(second).toEqual(first)
    expect(third).not.toEqual(first)
    expect(fourth).toEqual(third)
  })

  test('replaces a child that holds too much memory after a run', async () => {
    await start({ maxMemoryPerChild: pool === 'process' ? '160mb' : '90mb' })
    const first = await (await tasks.holdsMemory.delay()).get({ timeout: '20s' })
    const second = await (await tasks.place.delay()).get({ timeout: '20s' })
    expect(second).not.toEqual(first)
  })

  test('gives a job back whose run does not end when the worker stops, and ends its child', async () => {
    const { app, worker, events } = await start({ shutdownTimeout: '100ms' })
    const stuck = await tasks.spins.delay()
    const { pid } = await toldBy<Place>(app, stuck.id)
    await worker.stop()
    expect(events.of('job.given-back')).toHaveLength(1)
    expect(await stuck.state()).toBe('queued')
    if (pool === 'process') expect(runs(pid)).toBe(false)
  })

  test('ends a run that is revoked with terminate, and does not hear', async () => {
    const { app, events } = await start()
    const stuck = await tasks.spins.delay()
    await toldBy(app, stuck.id)
    await app.engine.revokes.endAt({ id: stuck.id, lane: 'default' }, { reason: 'not wanted', terminateMs: 100 })
    await events.waitFor('job.revoked')
    expect(await (await tasks.add.delay(1, 1)).get({ timeout: '20s' })).toBe(2)
  })

  test('puts a job aside whose child cannot load the project', async () => {
    const { start: startWorker } = poolApp(broker, { pool })
    const { events } = await startWorker({
      children: {
        entry: new URL('../../../dist/app/pool-child.js', import.meta.url),
        sources: { cwd: process.cwd(), configPath: 'not-there.config.ts' },
      },
    })
    await tasks.add.delay(1, 2)
    const { reason } = await events.waitFor('job.postponed')
    expect(reason).toContain('not-there.config.ts')
  })
})

test('a call may say where its job runs', async () => {
  await poolApp(broker, { pool: 'thread' }).start()
  const here = await tasks.place.applyAsync([], { pool: 'async' })
  expect(await here.get({ timeout: '20s' })).toEqual({ pid: process.pid, threadId })
})
