import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { App } from '../../src/app/app.js'
import { AppDashboard } from '../../src/app/dashboard.js'

import { resolveConfig } from '../../src/config/resolve-config.js'
import type { Dashboard } from '../../src/control/dashboard.js'
import type { LiveWatch } from '../../src/engine/control/live-feed.js'
import type { LiveEvent } from '../../src/events/live-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { entryIn, scheduleDesk, storeCode } from '../control/schedule-desk.js'
import { brokerOfFile } from '../support/broker.js'
import { fakeHeartbeat } from '../support/fake-worker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** Tasks are forgotten when the app of a test is closed: each test defines its own. */
const defineTasks = () => [
  defineTask({ name: 'send', queue: 'emails', rateLimit: '100/s' }, (_, to: string) => to),
  defineTask({ name: 'fails', queue: 'emails' }, () => Promise.reject(new Error('no luck'))),
]

function dashboardOf(app: TestApp): AppDashboard {
  const dashboard = new AppDashboard({
    engine: async () => app.engine,
    label: async () => app.broker.label,
    schedules: async () => scheduleDesk(app).schedules,
    viewer: plainViewer(['pin']),
  })
  onTestFinished(() => dashboard.close())
  return dashboard
}

/** Keeps what is told, until it was enough. */
async function listen(dashboard: Dashboard) {
  const events: LiveEvent[] = []
  const watch = await dashboard.watch((batch) => events.push(...batch.events))
  return { events, watch, names: () => events.map(({ name }) => name) }
}

test('an app gives one, which shows what there is', async () => {
  const value = { broker: broker.url, prefix: 'app-dashboard' }
  const config = resolveConfig({ root: process.cwd(), file: { path: 'test', value } })
  const app = App.of(config, { cwd: process.cwd(), env: {} })
  onTestFinished(() => app.close())
  const dashboard = await app.dashboard()
  await (await app.client()).enqueue('unheard-of', [1], { queue: 'lonely' })
  const { queues, broker: told, workers } = await dashboard.overview()
  expect(queues).toMatchObject([{ queue: 'lonely', queued: 1, served: false }])
  expect(told.label).toContain(String(broker.port))
  expect(workers).toEqual([])
  expect(await dashboard.schedules()).toEqual([])
  await dashboard.close()
})

test('jobs are listed and shown with their secrets masked', async () => {
  const app = testApp(broker)
  const dashboard = dashboardOf(app)
  const { id } = await app.client.enqueue('pay', [{ pin: '1234', token: 'abc', amount: 5 }], { queue: 'money' })
  const { rows, total } = await dashboard.jobs({ place: 'queued' }, 10)
  expect(total).toBe(1)
  expect(rows).toMatchObject([{ id, task: 'pay', queue: 'money', state: 'queued' }])
  const detail = await dashboard.job(id)
  for (const text of [rows[0]?.args, detail?.argsJson]) {
    expect(text).toContain('5')
    expect(text).not.toMatch(/1234|abc/)
  }
  expect(await dashboard.job('nowhere')).toBeUndefined()
})

test('what happens is told while somebody listens', async () => {
  const app = testApp(broker, { tasks: defineTasks() })
  const dashboard = dashboardOf(app)
  await app.worker({ name: 'amy' })
  const { events, watch, names } = await listen(dashboard)
  const { id } = await app.client.enqueue('send', ['amy'])
  await app.client.enqueue('fails', [])
  await expect.poll(names, { timeout: 10_000 }).toEqual(expect.arrayContaining(['job.succeeded', 'job.dead-lettered']))
  expect(events.find(({ name }) => name === 'job.succeeded')).toMatchObject({ id, task: 'send', queue: 'emails' })
  expect(events.find(({ name }) => name === 'job.dead-lettered')?.failure?.message).toBe('no luck')
  await watch.close()
  await watch.close()
})

test('closing it ends what listens', async () => {
  const app = testApp(broker)
  const closes: (() => Promise<void>)[] = []
  const original = app.engine.watchLive.bind(app.engine)
  vi.spyOn(app.engine, 'watchLive').mockImplementation(async (onBatch) => {
    const watch = await original(onBatch)
    const close = vi.fn(() => watch.close())
    closes.push(close)
    return { close }
  })
  const dashboard = dashboardOf(app)
  await listen(dashboard)
  await listen(dashboard)
  await dashboard.close()
  expect(closes).toHaveLength(2)
  for (const close of closes) expect(close).toHaveBeenCalledTimes(1)
})

test('it goes along with an engine that is made anew', async () => {
  const app = testApp(broker, { tasks: defineTasks() })
  const engines = [app.engine, app.newEngine()]
  const dashboard = new AppDashboard({
    engine: async () => engines[0] ?? app.engine,
    label: async () => 'test',
    schedules: async () => scheduleDesk(app).schedules,
    viewer: plainViewer([]),
  })
  await app.worker()
  const { names, watch } = await listen(dashboard)
  const old = engines.shift()
  // Nobody looks: what listens finds the new one by itself.
  await old?.close()
  await expect
    .poll(
      async () => {
        await app.newClient(engines[0]).enqueue('send', ['again'])
        return names()
      },
      { timeout: 10_000, interval: 200 },
    )
    .toContain('job.succeeded')
  await watch.close()
  await dashboard.close()
})

test('what listens ends with its app, and asks for no broker after it', async () => {
  const value = { broker: broker.url, prefix: 'app-listens' }
  const config = resolveConfig({ root: process.cwd(), file: { path: 'test', value } })
  const app = App.of(config, { cwd: process.cwd(), env: {} })
  const dashboard = await app.dashboard()
  await dashboard.watch(() => {})
  const opened = vi.spyOn(app, 'engine')
  await app.close()
  opened.mockClear()
  // Longer than it takes to look for another engine.
  await sleep(1500)
  expect(opened).not.toHaveBeenCalled()
})

test('a listening that is given up while it opens is closed', async () => {
  const app = testApp(broker)
  const opening = Promise.withResolvers<LiveWatch>()
  const close = vi.fn(async () => {})
  const asked = vi.spyOn(app.engine, 'watchLive').mockReturnValue(opening.promise)
  const dashboard = dashboardOf(app)
  const watching = dashboard.watch(() => {})
  await vi.waitFor(() => expect(asked).toHaveBeenCalled())
  const closing = dashboard.close()
  opening.resolve({ close })
  await Promise.all([watching, closing])
  expect(close).toHaveBeenCalledTimes(1)
})

test('jobs, queues, limits and workers are acted on', async () => {
  const app = testApp(broker, { tasks: defineTasks() })
  const dashboard = dashboardOf(app)
  const { id } = await app.client.enqueue('send', ['x'], { countdown: '1h' })
  expect(await dashboard.act({ kind: 'jobs', verb: 'promote', ids: [id, 'nowhere'] })).toMatchObject({
    done: 1,
    refused: [{ what: 'nowhere' }],
  })
  expect(await dashboard.act({ kind: 'queue', verb: 'pause', queue: 'emails' })).toMatchObject({ done: 1 })
  expect((await dashboard.overview()).queues).toMatchObject([{ queue: 'emails', paused: true }])
  expect(await dashboard.act({ kind: 'queue', verb: 'resume', queue: 'emails' })).toMatchObject({ done: 1 })
  const { events } = await app.worker({ name: 'amy' })
  await events.waitFor('job.succeeded', (event) => event.id === id)
  expect(await dashboard.act({ kind: 'rate-limit', task: 'send', rate: '10/s' })).toMatchObject({ done: 1 })
  const limits = (await dashboard.overview()).queues.flatMap((queue) => queue.limits)
  expect(limits).toMatchObject([{ task: 'send', overridden: true }])
  const [worker] = await app.engine.workers()
  const ids = [worker?.id ?? '']
  expect(await dashboard.act({ kind: 'workers', command: { name: 'pool-grow', by: 1 }, ids })).toMatchObject({
    done: 1,
    refused: [],
  })
})

test('every job that matches runs again', async () => {
  const app = testApp(broker, { tasks: defineTasks() })
  const dashboard = dashboardOf(app)
  const { events } = await app.worker()
  for (let n = 0; n < 3; n++) await app.client.enqueue('fails', [])
  await events.count('job.dead-lettered', 3)
  const report = await dashboard.act({ kind: 'retry-matching', filter: { place: 'dead', task: 'fails' } })
  expect(report).toMatchObject({ done: 3, refused: [] })
  await events.count('job.dead-lettered', 6)
})

test('schedule entries run, pause and resume', async () => {
  const app = testApp(broker)
  const desk = scheduleDesk(app)
  await storeCode(desk, [entryIn('hourly', { task: 'send', every: '1h' })], Date.now())
  const dashboard = dashboardOf(app)
  const act = (verb: 'run' | 'pause' | 'resume', name = 'hourly') => dashboard.act({ kind: 'schedule', verb, name })
  expect((await act('run')).text).toMatch(/^hourly is enqueued as job \S+$/)
  expect(await act('pause')).toEqual({ done: 1, refused: [], text: 'hourly is paused' })
  expect(await act('pause')).toMatchObject({ done: 0, refused: [{ what: 'hourly', why: 'it was paused already' }] })
  expect(await dashboard.schedules()).toMatchObject([{ name: 'hourly', paused: true, last: { state: 'queued' } }])
  expect(await act('resume')).toMatchObject({ text: 'hourly goes on' })
  expect(await act('resume')).toMatchObject({ done: 0, refused: [{ what: 'hourly', why: 'it was not paused' }] })
  expect(await rejection(act('run', 'hurly'))).toMatchObject({ code: 'TASKQ_SCHEDULE_UNKNOWN' })
})

test('a worker that is frozen is told of, and is not down', async () => {
  const app = testApp(broker)
  await fakeHeartbeat(app, 'frozen')
  const report = await dashboardOf(app).act({ kind: 'workers', command: { name: 'shutdown' }, ids: ['frozen'] })
  expect(report).toMatchObject({ done: 0, refused: [{ what: 'frozen@h', why: expect.stringContaining('not known') }] })
})
