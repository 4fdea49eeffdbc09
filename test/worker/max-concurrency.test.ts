import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('maxConcurrency of a task', () => {
  test('holds over all workers, and is used to the full', async () => {
    let active = 0
    let most = 0
    const work = defineTask({ name: 'work', maxConcurrency: 3 }, async () => {
      most = Math.max(most, ++active)
      await sleep(5)
      active--
    })
    const app = testApp(broker, { tasks: [work], config: { worker: { concurrency: 5 } } })
    const results = await Promise.all(Array.from({ length: 60 }, () => work.delay()))
    expect(await app.engine.lanes()).toEqual(['default~work'])
    await app.worker({ name: 'one' })
    await app.worker({ name: 'two' })
    await Promise.all(results.map((result) => result.get({ timeout: '20s' })))
    expect(most).toBe(3)
  })

  test('lets a worker that waits take a slot that another freed, at once', async () => {
    const gate = Promise.withResolvers<void>()
    const ran: string[] = []
    const only = defineTask({ name: 'only', maxConcurrency: 1 }, async (_, n: number) => {
      if (n === 0) await gate.promise
      ran.push(`${n}`)
    })
    const app = testApp(broker, { tasks: [only] })
    const one = await app.worker({ name: 'one', options: { concurrency: 1, maxJobs: 1 } })
    const first = await only.delay(0)
    await one.events.waitFor('job.started')
    await app.worker({ name: 'two' })
    const second = await only.delay(1)
    // The second worker has found the lane full by now, and waits for seconds if nobody tells it.
    await sleep(300)
    expect(ran).toEqual([])
    const freedAt = performance.now()
    gate.resolve()
    await Promise.all([first.get({ timeout: '5s' }), second.get({ timeout: '5s' })])
    expect(performance.now() - freedAt, 'well below the 5 s of a look').toBeLessThan(2000)
    expect(ran).toEqual(['0', '1'])
  })

  test('is free again for others while a failed job waits for its next run', async () => {
    let failures = 0
    const shaky = defineTask(
      { name: 'shaky', maxConcurrency: 1, retries: 1, backoff: { type: 'fixed', delay: '2s' } },
      (_, n: number) => {
        if (n === 0 && failures++ === 0) throw new Error('once')
        return n
      },
    )
    const app = testApp(broker, { tasks: [shaky] })
    await app.worker({ name: 'one' })
    await app.worker({ name: 'two' })
    const [first, second] = [await shaky.delay(0), await shaky.delay(1)]
    expect(await second.get({ timeout: '1500ms' })).toBe(1)
    expect(await first.get({ timeout: '10s' })).toBe(0)
  })
})
