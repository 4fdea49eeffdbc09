import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('a time limit that was set while running', () => {
  test('that is soft ends a run that listens; its retries run, then it is dead', async () => {
    const attempts: number[] = []
    const listens = defineTask({ name: 'listens', retries: 1, backoff: { delay: 1 } }, ({ signal, request }) => {
      attempts.push(request.attempt)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const app = testApp(broker, { tasks: [listens] })
    await app.engine.taskLimits.setTimes('listens', { softMs: 100 })
    const { events } = await app.worker()
    const result = await listens.delay()
    const error = await rejection(result.get({ timeout: '10s' }))
    expect(error).toMatchObject({
      code: 'TASKQ_JOB_TIME_LIMIT',
      failure: {
        code: 'TASKQ_JOB_TIME_LIMIT',
        message: `listens (${result.id}) ran longer than its soft limit of 100ms`,
      },
    })
    expect(attempts).toEqual([1, 2])
    expect(events.of('job.retried')).toHaveLength(1)
  })

  test('that is hard gives up a run that does not listen, and the slot is free', async () => {
    const deaf = defineTask({ name: 'deaf' }, () => new Promise(() => {}))
    const echo = defineTask({ name: 'echo' }, () => 'here')
    const app = testApp(broker, { tasks: [deaf, echo], config: { worker: { concurrency: 1 } } })
    await app.engine.taskLimits.setTimes('deaf', { hardMs: 100 })
    await app.worker()
    const stuck = await deaf.delay()
    const next = await echo.delay()
    expect(await next.get({ timeout: '10s' })).toBe('here')
    expect(await rejection(stuck.get({ timeout: '5s' }))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
  })

  test('that is hard leaves nothing more to say to the run that was given up', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const said = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow', retries: 1, backoff: { delay: 1 } }, async ({ request, progress, log }) => {
      if (request.attempt === 1) {
        log.info('early')
        await first.promise
        await progress(0.9)
        log.info('late')
        return said.resolve()
      }
      await progress(0.1)
      await second.promise
    })
    const app = testApp(broker, { tasks: [slow] })
    await app.engine.taskLimits.setTimes('slow', { hardMs: 3000 })
    const { worker, events, lines } = await app.worker({ options: { id: 'w' } })
    const { id } = await slow.delay()
    await events.waitFor('job.retried')
    await app.engine.taskLimits.clearTimes('slow')
    const progressOf = async () => (await app.engine.jobs.find(id))?.progress
    await vi.waitFor(async () => expect(await progressOf()).toBe(0.1), 5000)
    first.resolve()
    await said.promise
    // Longer than lines are gathered.
    await sleep(400)
    expect(await progressOf()).toBe(0.1)
    const kept = await app.redis.lrange(`${app.keys.job('default', id)}:logs`, 0, -1)
    expect(kept.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['early'])
    expect(lines.map(({ message }) => message)).toEqual(['early', 'late'])
    second.resolve()
    await events.waitFor('job.succeeded')
    await worker.stop()
  })

  test('that is longer than any timer ends no run at once', async () => {
    const slow = defineTask({ name: 'slow' }, () => sleep(50, 'done'))
    const app = testApp(broker, { tasks: [slow] })
    await app.redis.hset(app.keys.limits, 'slow', JSON.stringify({ softMs: 2 ** 31, hardMs: 3e12 }))
    await app.worker()
    expect(await (await slow.delay()).get({ timeout: '5s' })).toBe('done')
  })

  test('holds for a worker that runs, once it is told to look; and no more when it is taken away', async () => {
    const deaf = defineTask({ name: 'deaf' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return 'in time'
    })
    const app = testApp(broker, { tasks: [deaf] })
    await app.worker({ options: { id: 'w' } })
    await app.engine.taskLimits.setTimes('deaf', { hardMs: 50 })
    expect(await app.engine.command({ name: 'refresh' }, ['w'], 5000)).toMatchObject([
      { ok: true, text: 'has read the stored limits again' },
    ])
    expect(await rejection((await deaf.delay()).get({ timeout: '5s' }))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
    await app.engine.taskLimits.clearTimes('deaf')
    await app.engine.command({ name: 'refresh' }, ['w'], 5000)
    expect(await (await deaf.delay()).get({ timeout: '5s' })).toBe('in time')
  })

  test('is seen without being told, a little later', async () => {
    const deaf = defineTask({ name: 'deaf' }, () => new Promise(() => {}))
    const app = testApp(broker, { tasks: [deaf] })
    const { events } = await app.worker()
    await app.engine.taskLimits.setTimes('deaf', { hardMs: 50 })
    await vi.waitFor(
      async () => {
        await deaf.delay()
        expect(events.of('job.dead-lettered').length).toBeGreaterThan(0)
      },
      { timeout: 10_000, interval: 1000 },
    )
  })
})
