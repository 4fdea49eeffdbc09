import { expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const LIMITS: Readonly<Record<string, TaskOptions>> = {
  'for the task': { maxConcurrency: 1 },
  'for each key': { maxConcurrency: 1, concurrencyKey: () => 'tenant' },
}

/** A limited task whose first run waits until the test lets it end. */
function held(options: TaskOptions) {
  const gate = Promise.withResolvers<void>()
  const ran: number[] = []
  const task = defineTask({ name: 'held', ...options }, async (_, n: number) => {
    ran.push(n)
    if (ran.length === 1) await gate.promise
    return n
  })
  return { task, ran, letGo: gate.resolve }
}

test.each(Object.entries(LIMITS))('a unique job that waits for a limit %s has not begun', async (_, limits) => {
  const { task, ran, letGo } = held({ ...limits, unique: { until: 'started' } })
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const first = await task.delay(1)
  await expect.poll(() => ran).toEqual([1])
  const second = await task.delay(2)
  expect(await task.delay(2)).toMatchObject({ id: second.id, deduplicated: true })
  letGo()
  expect(await Promise.all([first.get(), second.get()])).toEqual([1, 2])
})

test.each(Object.entries(LIMITS))('the latest call runs under a limit %s', async (_, limits) => {
  const { task, ran, letGo } = held({ ...limits, keepLatest: true })
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const first = await task.delay(1)
  await expect.poll(() => ran).toEqual([1])
  const later = [await task.delay(2), await task.delay(3)]
  expect(later.map(({ deduplicated }) => deduplicated)).toEqual([false, true])
  letGo()
  expect(await first.get()).toBe(1)
  expect(await later[1]?.get()).toBe(3)
  expect(ran).toEqual([1, 3])
})
