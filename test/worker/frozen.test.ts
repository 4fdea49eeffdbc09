import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { WorkerEvent } from '../../src/events/worker-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { EventRecorder } from '../support/event-recorder.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
/** Its tasks' queue, and the lane of the limited one. */
const LANES = 2
const CHILD = fileURLToPath(new URL('../support/worker-child.ts', import.meta.url))

/** Its connections that wait for jobs, as the broker sees them. */
async function waitingConnections(app: TestApp): Promise<string[]> {
  const clients = (await app.redis.client('LIST')) as string
  return clients.split('\n').filter((line) => line.includes(`name=${app.keys.prefix}:`) && line.includes(' flags=b '))
}

test('a worker that was frozen waits for jobs again, and takes the next one at once', {
  timeout: 60_000,
}, async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const hangs = defineTask({ name: 'hangs' }, () => 'not here')
  const app = testApp(broker, { tasks: [hangs] })
  const config = JSON.stringify({ broker: broker.url, prefix: app.config.prefix })
  const child = spawn(process.execPath, ['--no-warnings', CHILD, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const events = new EventRecorder()
  createInterface({ input: child.stdout }).on('line', (line) => events.sink(JSON.parse(line) as WorkerEvent))
  await vi.waitFor(async () => expect(await waitingConnections(app)).toHaveLength(LANES), 10_000)
  child.kill('SIGSTOP')
  // Longer than the longest silence that its waiting connection bears.
  await sleep(13_000)
  child.kill('SIGCONT')
  // Not those that the broker still has from before.
  await sleep(3000)
  await vi.waitFor(async () => expect(await waitingConnections(app)).toHaveLength(LANES), {
    timeout: 10_000,
    interval: 100,
  })
  const { id } = await hangs.delay()
  const enqueuedAt = performance.now()
  await events.waitFor('job.started', (event) => event.id === id)
  expect(performance.now() - enqueuedAt).toBeLessThan(500)
})
