import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../../src/task/define-task.js'
import { Quarantine } from '../../../src/worker/quarantine/quarantine.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'
import { poolApp } from '../pools/pool-app.js'
import * as tasks from '../pools/project/tasks.js'

const broker = brokerOfFile()
const inTime = { timeout: '30s' } as const
const quick = { lock: 1000, stallCheck: 100 } as const

/** As if workers had died with it. */
const loseWith = (app: TestApp, id: string, times = 2) => app.redis.hset(app.keys.job('default', id), 'stc', times)

const recordOf = async (app: TestApp, id: string) =>
  JSON.parse((await app.redis.hget(app.keys.job('default', id), 'crashes')) ?? 'null')

describe('a job that two workers died with', () => {
  test('runs in a process of its own; what one worker died with does not', async () => {
    const { app, start } = poolApp(broker, { pool: 'async', concurrency: 4 })
    const suspects = await Promise.all([tasks.waits.delay(100), tasks.waits.delay(100)])
    const once = await tasks.waits.delay(100)
    for (const { id } of suspects) await loseWith(app, id)
    await loseWith(app, once.id, 1)
    await start()
    expect(await once.get(inTime)).toBe(process.pid)
    const pids = (await Promise.all(suspects.map((suspect) => suspect.get(inTime)))) as number[]
    expect(new Set([process.pid, ...pids]).size).toBe(3)
  })

  test('takes nothing else down with it, and is dead without a further run at its third crash', async () => {
    const { app, start } = poolApp(broker, { pool: 'async', concurrency: 10 })
    const poison = await tasks.dies.delay()
    const neighbours = await Promise.all(Array.from({ length: 9 }, () => tasks.waits.delay(200)))
    await loseWith(app, poison.id)
    const { events } = await start()
    const told = await rejection(poison.get(inTime))
    expect(told).toMatchObject({
      code: 'TASKQ_JOB_CRASHED',
      failure: {
        message: expect.stringMatching(/running 3 times in 24 h .* the last time, process \d+ died .*code 137/),
      },
    })
    for (const neighbour of neighbours) expect(await neighbour.get(inTime)).toBe(process.pid)
    expect(await poison.state()).toBe('dead')
    expect(events.of('job.retried')).toEqual([])
    expect(await app.engine.jobs.find(poison.id)).toMatchObject({ attemptsMade: 1 })
  })

  test('is charged no attempt for a crash there', async () => {
    const { app, start } = poolApp(broker, { pool: 'async' })
    const poison = await tasks.dies.applyAsync([], { retries: 9 })
    await loseWith(app, poison.id)
    const { events } = await start({ options: { crashBudget: 4 } })
    const postponed = await events.waitFor('job.postponed', () => true, 30_000)
    expect(postponed).toMatchObject({
      id: poison.id,
      attempt: 1,
      reason: expect.stringContaining('crash 3 of 4 in 24 h'),
    })
    expect(await recordOf(app, poison.id)).toMatchObject({ seen: 2, proven: [0, 0, 0].map(() => expect.any(Number)) })
    expect(await rejection(poison.get(inTime))).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(events.of('job.retried')).toEqual([])
  })

  test('fails as any other where it fails, and stays apart', async () => {
    const { app, start } = poolApp(broker, { pool: 'async' })
    const failing = await tasks.fails.delay()
    await loseWith(app, failing.id)
    const { events } = await start()
    expect(await rejection(failing.get(inTime))).toMatchObject({ code: 'TASKQ_JOB_FAILED' })
    expect(events.of('job.retried')).toHaveLength(1)
    expect(await recordOf(app, failing.id)).toMatchObject({ seen: 2, place: 'child' })
  })

  test('waits for its turn where as many run apart as there are slots, or ten', () => {
    const children = { entry: new URL('file:///nothing.js'), sources: {} }
    const pools = { pool: 'async', maxTasksPerChild: 1, maxMemoryPerChild: 1, children } as const
    for (const [slots, most] of [
      [3, 3],
      [50, 10],
    ] as const) {
      const quarantine = new Quarantine(pools, () => slots)
      const places = Array.from({ length: most + 1 }, () => quarantine.enter('send'))
      expect(places).toEqual([...Array(most).fill('child'), undefined])
      quarantine.leave('child')
      expect(quarantine.enter('send')).toBe('child')
    }
  })

  test('has as many turns as there are slots now, not when the first came', () => {
    const children = { entry: new URL('file:///nothing.js'), sources: {} }
    let slots = 1
    const options = { pool: 'async', maxTasksPerChild: 1, maxMemoryPerChild: 1, children } as const
    const quarantine = new Quarantine(options, () => slots)
    expect([quarantine.enter('send'), quarantine.enter('send')]).toEqual(['child', undefined])
    slots = 3
    expect([1, 2, 3].map(() => quarantine.enter('send'))).toEqual(['child', 'child', undefined])
  })

  test('is not charged for a worker that died while it was in its process', async () => {
    const { app, start } = poolApp(broker, { pool: 'async', ...quick })
    const long = await tasks.waits.delay(500)
    await loseWith(app, long.id, 7)
    const crashes = JSON.stringify({ seen: 2, proven: [Date.now(), Date.now()], nearby: [], place: 'child' })
    await app.redis.hset(app.keys.job('default', long.id), { crashes })
    await start()
    expect(await long.get(inTime)).not.toBe(process.pid)
  })

  test('runs again as any other when an operator retries it, dead', async () => {
    const { app, start } = poolApp(broker, { pool: 'async' })
    const long = await tasks.waits.delay(10)
    await loseWith(app, long.id, 12)
    await start()
    expect(await rejection(long.get(inTime))).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    await app.engine.jobEdits.retry('default', [long.id])
    expect(await long.get(inTime)).toBe(process.pid)
  })
})

describe('where a task can run in no child', () => {
  test('its suspects run one at a time in the worker', async () => {
    let running = 0
    let most = 0
    const counts = defineTask({ name: 'counts' }, async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 100))
      running--
    })
    const app = testApp(broker, { tasks: [counts], config: { worker: { concurrency: 5 } } })
    const suspects = await Promise.all(Array.from({ length: 3 }, () => counts.delay()))
    for (const { id } of suspects) await loseWith(app, id)
    await app.worker()
    await Promise.all(suspects.map((suspect) => suspect.get(inTime)))
    expect(most).toBe(1)
  })

  test('also where that shows only there', async () => {
    const here = defineTask({ name: 'only-here' }, () => process.pid)
    const { app, start } = poolApp(broker, { pool: 'async' })
    const suspect = await here.delay()
    await loseWith(app, suspect.id)
    await start({ tasks: [...Object.values(tasks), here] })
    expect(await suspect.get(inTime)).toBe(process.pid)
    await vi.waitFor(async () => expect(await suspect.state()).toBe('succeeded'))
  })
})
