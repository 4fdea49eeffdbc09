import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** A task that ends when it is let, and can tell whether it was told to. */
function heldTask() {
  const gate = Promise.withResolvers<void>()
  const aborted: unknown[] = []
  let runs = 0
  const task = defineTask({ name: 'held', retries: 3 }, async ({ signal, request }) => {
    runs++
    signal.addEventListener('abort', () => aborted.push(signal.reason))
    if (runs === 1) await gate.promise
    return { attempt: request.attempt, runs }
  })
  return { task, release: gate.resolve, aborted }
}

describe('stop', () => {
  test('lets a running task finish, and takes no more', async () => {
    const { task, release } = heldTask()
    const app = testApp(broker, { tasks: [task], config: { worker: { concurrency: 1 } } })
    const { worker, events } = await app.worker()
    const running = await task.delay()
    const waiting = await task.delay()
    await events.waitFor('job.started')
    const stopped = worker.stop()
    release()
    await stopped
    expect(await running.state()).toBe('succeeded')
    expect(await waiting.state()).toBe('queued')
    expect(events.of('job.started')).toHaveLength(1)
    expect(worker.counts).toEqual({ active: 0, succeeded: 1, failed: 0 })
  })

  test('after the grace gives the job back, with no attempt counted, and another worker runs it', async () => {
    const { task, aborted } = heldTask()
    const app = testApp(broker, { tasks: [task], config: { worker: { shutdownTimeout: 50 } } })
    const first = await app.worker({ name: 'first' })
    const result = await task.delay()
    await first.events.waitFor('job.started')
    await first.worker.stop()
    expect(aborted).toMatchObject([{ code: 'TASKQ_JOB_SHUTDOWN' }])
    expect(first.events.of('job.given-back')).toMatchObject([{ id: result.id }])
    expect(await app.engine.jobs.find(result.id)).toMatchObject({ attemptsMade: 0 })
    expect(await result.state()).toBe('queued')
    await app.worker({ name: 'second' })
    expect(await result.get({ timeout: '10s' })).toEqual({ attempt: 1, runs: 2 })
  })

  test('gives back at once a task that ends on its signal', async () => {
    const listens = defineTask({ name: 'listens' }, async ({ signal }) => {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const app = testApp(broker, { tasks: [listens], config: { worker: { shutdownTimeout: 0 } } })
    const { worker, events } = await app.worker()
    const result = await listens.delay()
    await events.waitFor('job.started')
    const startedAt = performance.now()
    await worker.stop()
    expect(performance.now() - startedAt).toBeLessThan(900)
    expect(await result.state()).toBe('queued')
    expect(await app.engine.jobs.find(result.id)).toMatchObject({ attemptsMade: 0, failure: undefined })
  })

  test('called a second time waits no longer than a second', async () => {
    const { task } = heldTask()
    const app = testApp(broker, { tasks: [task], config: { worker: { shutdownTimeout: '25s' } } })
    const { worker, events } = await app.worker()
    const result = await task.delay()
    await events.waitFor('job.started')
    const first = worker.stop()
    const startedAt = performance.now()
    await worker.stop()
    await first
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(await result.state()).toBe('queued')
    expect(await app.engine.jobs.find(result.id)).toMatchObject({ attemptsMade: 0 })
  })

  test('of an idle worker is quick, and may be called before anything ran', async () => {
    const app = testApp(broker)
    const { worker } = await app.worker({ queues: ['a', 'b', 'c', 'd'] })
    const startedAt = performance.now()
    await worker.stop()
    await worker.done
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('loses no job of several', async () => {
    const hangs = defineTask({ name: 'hangs' }, () => new Promise(() => {}))
    const app = testApp(broker, { tasks: [hangs], config: { worker: { shutdownTimeout: 0, concurrency: 3 } } })
    const { worker, events } = await app.worker()
    const sent = []
    for (let n = 0; n < 5; n++) sent.push((await hangs.delay()).id)
    await events.count('job.started', 3)
    void worker.stop()
    await worker.stop()
    const waiting = (await app.redis.lrange(app.keys.lane('default', 'wait'), 0, -1)).reverse()
    expect(waiting.sort()).toEqual(sent.sort())
    expect(await app.redis.llen(app.keys.lane('default', 'active'))).toBe(0)
  })
})
