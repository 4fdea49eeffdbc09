import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { WorkerEvent } from '../../src/events/worker-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { BlockWatch } from '../../src/worker/block-watch.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { EventRecorder } from '../support/event-recorder.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const CHILD = fileURLToPath(new URL('../support/worker-child.ts', import.meta.url))
const LOCK = { lock: 2000, stallCheck: 100 } as const

/** A worker in a process of its own, with the tasks `chokes` and `hangs`; killed when the test ends. */
async function spawnWorker(app: TestApp, over: object = {}): Promise<{ child: ChildProcess; events: EventRecorder }> {
  const config = JSON.stringify({ broker: broker.url, prefix: app.config.prefix, worker: { ...LOCK, ...over } })
  const child = spawn(process.execPath, ['--no-warnings', CHILD, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const events = new EventRecorder()
  createInterface({ input: child.stdout }).on('line', (line) => events.sink(JSON.parse(line) as WorkerEvent))
  await events.waitFor('worker.ready')
  return { child, events }
}

test('a task that blocks the event loop for longer than the lock keeps its job, as do those beside it', async () => {
  const stolen: string[] = []
  // As the thief has it.
  const task = defineTask({ name: 'chokes' }, ({ request }, _ms: number) => void stolen.push(request.id))
  const hangs = defineTask({ name: 'hangs' }, ({ request }) => void stolen.push(request.id))
  const app = testApp(broker, { tasks: [task, hangs], config: { worker: LOCK } })
  const { events } = await spawnWorker(app)
  const beside = await hangs.delay()
  await events.waitFor('job.started', ({ id }) => id === beside.id)
  const result = await task.delay(6000)
  await vi.waitFor(async () => expect(await result.state()).toBe('active'), { timeout: 10_000, interval: 20 })
  const thief = await app.worker()
  await result.get({ timeout: '15s' })
  await events.waitFor('job.succeeded', ({ id }) => id === result.id)
  expect(stolen).toEqual([])
  expect(thief.events.of('jobs.recovered')).toEqual([])
  const blocked = await events.waitFor('worker.blocked')
  expect(blocked.tasks).toContain('chokes')
  expect(blocked.forMs).toBeGreaterThan(2000)
})

test('a task that blocks for longer than it may loses its job', async () => {
  const stolen: string[] = []
  // As the thief has it.
  const task = defineTask({ name: 'chokes' }, ({ request }, _ms: number) => void stolen.push(request.id))
  const app = testApp(broker, { tasks: [task], config: { worker: LOCK } })
  await spawnWorker(app, { longestBlock: 3000 })
  const result = await task.delay(60_000)
  await vi.waitFor(async () => expect(await result.state()).toBe('active'), { timeout: 10_000, interval: 20 })
  await app.worker()
  await result.get({ timeout: '20s' })
  expect(stolen).toEqual([result.id])
})

test('jobs that do not block cost no connection', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const task = defineTask({ name: 'chokes' }, (_, _ms: number) => {})
  const app = testApp(broker, { tasks: [task], config: { worker: LOCK } })
  const { events } = await spawnWorker(app)
  const connections = async () => ((await app.redis.client('LIST')) as string).trim().split('\n').length
  await (await task.delay(0)).get({ timeout: '10s' })
  const before = await connections()
  const { id } = await task.delay(0)
  await events.waitFor('job.succeeded', (event) => event.id === id)
  expect(await connections()).toBe(before)
  expect(events.of('broker.trouble')).toEqual([])
})

test('blocks are told once in ten seconds, and only while a task runs', () => {
  const events = new EventRecorder()
  let running = ['reports.Daily', 'send', 'send']
  const watch = new BlockWatch(() => running, events.sink)
  watch.onBlocked(999)
  expect(events.all).toEqual([])
  watch.onBlocked(1200)
  watch.onBlocked(1500)
  expect(events.all).toEqual([{ name: 'worker.blocked', forMs: 1200, tasks: ['reports.Daily', 'send'], unsaid: 0 }])
  running = []
  watch.onBlocked(60_000)
  expect(events.all).toHaveLength(1)
})
