import { describe, expect, test } from 'vitest'
import { retryThose } from '../../src/control/dead/dead-letters.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const key = (id: string) => ({ id, key: Buffer.alloc(32, id).toString('base64') })

describe('expires', () => {
  test('ends a job that could not begin in time, without a run; get says why', async () => {
    const runs: string[] = []
    const task = defineTask({ name: 'late', expires: '50ms' }, (_, name: string) => void runs.push(name))
    const app = testApp(broker, { tasks: [task] })
    const own = await task.delay('by its task')
    const called = await task.applyAsync(['by its call'], { expires: new Date(Date.now() + 40) })
    await new Promise((resolve) => setTimeout(resolve, 80))
    const { events } = await app.worker()
    for (const result of [own, called]) {
      expect(await rejection(result.get({ timeout: '10s' }))).toMatchObject({
        name: 'JobFailedError',
        failure: { code: 'TASKQ_JOB_EXPIRED', message: expect.stringMatching(/^the job was to begin before 20/) },
      })
      expect(await result.state()).toBe('expired')
      expect([await result.ready(), await result.failed(), await result.successful()]).toEqual([true, true, false])
    }
    expect(runs).toEqual([])
    expect(events.of('job.expired')).toHaveLength(2)
  })

  test('ends a job between two runs', async () => {
    let runs = 0
    const backoff = { type: 'fixed', delay: '300ms', jitter: 0 } as const
    const task = defineTask({ name: 'flaky', retries: 5, backoff, expires: '200ms' }, () => {
      runs++
      throw new Error('not yet')
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay()
    expect(await rejection(result.get({ timeout: '10s' }))).toMatchObject({ failure: { code: 'TASKQ_JOB_EXPIRED' } })
    expect(runs).toBe(1)
  })

  test('counts from the time that a job waits for', async () => {
    const task = defineTask({ name: 'later', expires: '5s' }, () => 'ran')
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const soon = await task.applyAsync([], { countdown: 100 })
    expect(await soon.get({ timeout: '10s' })).toBe('ran')
    const stored = await app.client.plan({ id: 'j', task: 'later', args: [], options: { countdown: '1h' } })
    const { expiresAt } = JSON.parse(stored.data) as { expiresAt: number }
    expect(expiresAt - Date.now()).toBeGreaterThan(3_600_000)
  })

  test.each([undefined, { encrypt: { keys: [key('a')] }, sign: { keys: [key('s')] } }])(
    'keeps no job from running that is run again by its handle or by its id (codec: %o)',
    async (codec) => {
      let fails = true
      const task = defineTask({ name: 'late', expires: 1, retries: 1, backoff: { delay: 1 } }, () => {
        if (fails) throw new Error('not yet')
        return 'ran'
      })
      const app = testApp(broker, { tasks: [task], config: { ...(codec && { codec }) } })
      const results = [await task.delay(), await task.delay()] as const
      await new Promise((resolve) => setTimeout(resolve, 10))
      const { events } = await app.worker()
      await events.count('job.expired', 2)
      await expect.poll(() => results[1].state()).toBe('expired')
      expect(await results[0].retry()).toBe(true)
      await events.waitFor('job.dead-lettered')
      fails = false
      expect(await retryThose(app.engine, [results[0].id, results[1].id])).toMatchObject({ done: 2 })
      await events.count('job.succeeded', 2)
      expect(await Promise.all(results.map((result) => result.get({ timeout: '10s' })))).toEqual(['ran', 'ran'])
    },
  )

  test('leaves no trace where its task keeps no result', async () => {
    const task = defineTask({ name: 'silent', expires: 1, ignoreResult: true }, () => {})
    const app = testApp(broker, { tasks: [task] })
    const result = await task.delay()
    await new Promise((resolve) => setTimeout(resolve, 10))
    const { events } = await app.worker()
    await events.waitFor('job.expired')
    await expect.poll(() => result.state()).toBe('unknown')
  })
})
