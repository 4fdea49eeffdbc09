import { describe, expect, test } from 'vitest'
import { inspectScheduled } from '../../src/control/inspect-jobs.js'
import { actOnJobs } from '../../src/control/jobs-actions.js'
import { readJobs } from '../../src/control/jobs-list.js'
import { purgeQueues } from '../../src/control/purge.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** An app with a job that runs until it is let go, and one that waits for its end. */
async function withBlocked() {
  const gate = Promise.withResolvers<void>()
  const ran: number[] = []
  const task = defineTask({ name: 'latest', keepLatest: true }, async (_, n: number) => {
    ran.push(n)
    await gate.promise
  })
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const first = await task.delay(1)
  await expect.poll(() => ran).toEqual([1])
  const blocked = await task.delay(2)
  return { app, first, blocked, ran, letGo: gate.resolve }
}

const countsOf = async (app: TestApp) => (await app.engine.queueOverviews()).queues

describe('a job that waits for the end of another', () => {
  test('is counted and listed as blocked', async () => {
    const { app, blocked, letGo } = await withBlocked()
    expect(await countsOf(app)).toMatchObject([{ queued: 0, active: 1, blocked: 1, scheduled: 0 }])
    const page = await readJobs(app.engine, { place: 'blocked' }, 10, plainViewer())
    expect(page).toMatchObject({ total: 1, searched: 1, rows: [{ id: blocked.id, state: 'blocked', task: 'latest' }] })
    expect((await inspectScheduled(app.engine, {}, plainViewer())).jobs).toMatchObject([
      { id: blocked.id, state: 'blocked', args: expect.stringContaining('2') },
    ])
    letGo()
    await blocked.get()
    expect(await countsOf(app)).toMatchObject([{ blocked: 0, succeeded: 2 }])
  })

  test('is purged with those that wait for a worker, and never runs', async () => {
    const { app, first, blocked, ran, letGo } = await withBlocked()
    expect(await purgeQueues(app.engine, { dryRun: true })).toMatchObject({ purged: 1 })
    expect(await purgeQueues(app.engine, {})).toMatchObject({ purged: 1 })
    expect(await blocked.state()).toBe('unknown')
    letGo()
    await first.get()
    await expect.poll(() => app.redis.zcard(app.keys.claims)).toBe(0)
    expect(await countsOf(app)).toMatchObject([{ queued: 0, active: 0, blocked: 0, succeeded: 1 }])
    expect(ran).toEqual([1])
  })

  test('can be deleted', async () => {
    const { app, first, blocked, ran, letGo } = await withBlocked()
    expect(await actOnJobs(app.engine, 'delete', [blocked.id])).toMatchObject({ done: 1, refused: [] })
    letGo()
    await first.get()
    expect(await countsOf(app)).toMatchObject([{ blocked: 0 }])
    expect(ran).toEqual([1])
  })
})
