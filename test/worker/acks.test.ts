import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const worker = { lock: 1000, stallCheck: 100 } as const

/** A task that runs until it is told to end, and longer where it is deaf. */
function untilTold({ deaf }: { deaf: boolean }) {
  let runs = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const task = defineTask({ name: 'once', acks: 'early', retries: 3 }, async ({ signal }) => {
    runs++
    signal.addEventListener('abort', () => resolve())
    await (deaf ? new Promise(() => {}) : promise)
    throw signal.reason
  })
  return { task, runs: () => runs }
}

describe("a job with acks: 'early'", () => {
  test('whose worker vanished is dead, and not run again', async () => {
    let runs = 0
    const task = defineTask({ name: 'once', acks: 'early', retries: 3 }, () => void runs++)
    const app = testApp(broker, { tasks: [task], config: { worker } })
    const result = await task.delay()
    await takeAndVanish(app, 'default')
    const survivor = await app.worker()
    const dead = await survivor.events.waitFor('job.dead-lettered')
    expect(dead).toMatchObject({ id: result.id, failure: { code: 'TASKQ_JOB_CRASHED' } })
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(runs).toBe(0)
  })

  test('runs again where a run failed: that is known, and no crash', async () => {
    let runs = 0
    const task = defineTask({ name: 'once', acks: 'early', retries: 1, backoff: { delay: 1 } }, () => {
      runs++
      if (runs === 1) throw new Error('no')
      return runs
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await (await task.delay()).get()).toBe(2)
  })

  test.each([
    ['that ended on its signal', { deaf: false }],
    ['that had to be given up', { deaf: true }],
  ])('%s at a shutdown is dead, and not given back', async (_, how) => {
    const { task, runs } = untilTold(how)
    const app = testApp(broker, { tasks: [task], config: { worker: { shutdownTimeout: 0 } } })
    const first = await app.worker()
    const result = await task.delay()
    await first.events.waitFor('job.started')
    await first.worker.stop()
    expect(first.events.of('job.given-back')).toEqual([])
    expect(await rejection(result.get())).toMatchObject({ code: 'TASKQ_JOB_SHUTDOWN' })
    expect(runs()).toBe(1)
  })

  test('may be so by its call alone, or late where its task is early', async () => {
    const late = defineTask({ name: 'late' }, () => 'ran')
    const early = defineTask({ name: 'early', acks: 'early' }, () => 'ran')
    const app = testApp(broker, { tasks: [late, early], config: { worker } })
    const once = await late.applyAsync([], { acks: 'early' })
    await takeAndVanish(app, 'default')
    const again = await early.applyAsync([], { acks: 'late' })
    await takeAndVanish(app, 'default')
    await app.worker()
    expect(await rejection(once.get())).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
    expect(await again.get()).toBe('ran')
  })
})
