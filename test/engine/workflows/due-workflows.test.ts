import { expect, test, vi } from 'vitest'
import { brokerOfFile, noRedis } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

test('a worker whose clock is behind looks at workflows in time', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = testApp(broker)
  const side = await app.side()
  expect(await side.dueWorkflows()).toBe(false)
  await app.redis.zadd(app.keys.workflows, Date.now() + 60_000, 'w_b')
  expect(await side.dueWorkflows()).toBe(false)
  await app.redis.zadd(app.keys.workflows, Date.now() - 1000, 'w_a')
  vi.setSystemTime(Date.now() - 600_000)
  try {
    expect(await side.dueWorkflows()).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})
