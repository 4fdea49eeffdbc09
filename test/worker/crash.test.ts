import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { WorkerEvent } from '../../src/events/worker-event.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { EventRecorder } from '../support/event-recorder.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const CHILD = fileURLToPath(new URL('../support/worker-child.ts', import.meta.url))
/** Quicker than the defaults, so that the tests are. */
const worker = { lock: 1000, stallCheck: 100 } as const

/** Starts a worker in a process of its own; killed when the test ends. */
function spawnWorker(app: TestApp): { child: ChildProcess; events: EventRecorder } {
  const config = JSON.stringify({ broker: broker.url, prefix: app.config.prefix, worker })
  const child = spawn(process.execPath, ['--no-warnings', CHILD, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const events = new EventRecorder()
  createInterface({ input: child.stdout }).on('line', (line) => events.sink(JSON.parse(line) as WorkerEvent))
  return { child, events }
}

describe('a worker that is killed', () => {
  test('loses no job: another worker runs it soon, and no attempt is counted', async () => {
    const runs: number[] = []
    const hangs = defineTask({ name: 'hangs' }, ({ request }) => void runs.push(request.attempt))
    const app = testApp(broker, { tasks: [hangs], config: { worker } })
    const { child, events } = spawnWorker(app)
    const result = await hangs.delay()
    await events.waitFor('job.started', ({ id }) => id === result.id)
    child.kill('SIGKILL')
    const survivor = await app.worker()
    await result.get({ timeout: '10s' })
    expect(runs).toEqual([1])
    expect(survivor.events.of('jobs.recovered').flatMap(({ ids }) => ids)).toEqual([result.id])
    expect(await app.engine.jobs.find(result.id)).toMatchObject({ attemptsMade: 1 })
    expect(await app.redis.llen(app.keys.lane('default', 'active'))).toBe(0)
  })

  test('frees the slots that its jobs held of a key', async () => {
    let active = 0
    let most = 0
    const holds = defineTask(
      { name: 'holds', maxConcurrency: 2, concurrencyKey: (key: string) => key },
      async (_, _key: string, n: number) => {
        most = Math.max(most, ++active)
        await new Promise((resolve) => setTimeout(resolve, 5))
        active--
        return n
      },
    )
    const app = testApp(broker, { tasks: [holds], config: { worker } })
    const { child, events } = spawnWorker(app)
    const results = await Promise.all(Array.from({ length: 8 }, (_, n) => holds.delay('a', n)))
    await events.count('job.started', 2)
    const held = app.keys.keyed('default~holds', 'held')
    expect(await app.redis.hlen(held)).toBe(2)
    child.kill('SIGKILL')
    await app.worker()
    for (const [n, result] of results.entries()) expect(await result.get({ timeout: '15s' })).toBe(n)
    expect(most).toBeLessThanOrEqual(2)
    await vi.waitFor(async () => expect(await app.redis.exists(held)).toBe(0))
  })

  test('by its job three times: that job is dead, with its retries unspent', async () => {
    const kills = defineTask({ name: 'kills', retries: 5 }, () => 'not here')
    const app = testApp(broker, { tasks: [kills], config: { worker } })
    const poison = await kills.delay()
    for (let crash = 0; crash < 3; crash++) {
      const { child } = spawnWorker(app)
      const [, signal] = await once(child, 'exit')
      expect(signal).toBe('SIGKILL')
    }
    const survivor = await app.worker()
    const dead = await survivor.events.waitFor('job.dead-lettered')
    expect(dead).toMatchObject({ id: poison.id, attempt: 1, failure: { code: 'TASKQ_JOB_CRASHED' } })
    expect(await poison.state()).toBe('dead')
  })
})

describe('a job of a worker that vanished', () => {
  test('is counted as a crash, not as a run', async () => {
    const note = defineTask({ name: 'note' }, ({ request }) => request.attempt)
    const app = testApp(broker, { tasks: [note], config: { worker } })
    const result = await note.delay()
    await takeAndVanish(app, 'default')
    expect(await result.state()).toBe('active')
    await app.worker()
    expect(await result.get({ timeout: '10s' })).toBe(1)
  })

  test('is not taken from a worker that lives, however long the task runs', async () => {
    const gate = Promise.withResolvers<void>()
    const long = defineTask({ name: 'long' }, () => gate.promise)
    const app = testApp(broker, { tasks: [long], config: { worker } })
    const [first, second] = [await app.worker({ name: 'a' }), await app.worker({ name: 'b' })]
    await long.delay()
    await Promise.race([first.events.waitFor('job.started'), second.events.waitFor('job.started')])
    // Twice as long as a lock holds, and many checks for lost jobs.
    await new Promise((resolve) => setTimeout(resolve, 2200))
    gate.resolve()
    await Promise.race([first.events.waitFor('job.succeeded'), second.events.waitFor('job.succeeded')])
    const told = [...first.events.all, ...second.events.all].map(({ name }) => name)
    const all = told.filter((name) => name.startsWith('job.')).sort()
    expect(all).toEqual(['job.started', 'job.succeeded'])
  })
})

describe('a run that ends after its job was taken away', () => {
  test.each(['returns', 'throws'])('and %s is told as lost, and changes nothing', async (way) => {
    const gate = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow' }, async () => {
      await gate.promise
      if (way === 'throws') throw new Error('no')
      return 'mine'
    })
    const app = testApp(broker, { tasks: [slow] })
    const { events, worker: loser } = await app.worker()
    const result = await slow.delay()
    await events.waitFor('job.started')
    await app.redis.set(`${app.keys.job('default', result.id)}:lock`, 'another worker')
    gate.resolve()
    expect(await events.waitFor('job.result-lost')).toMatchObject({ id: result.id, attempt: 1 })
    expect(await result.state()).toBe('active')
    expect(loser.counts).toMatchObject({ succeeded: 0, failed: 0 })
  })

  test('is told to end by its signal', async () => {
    const listens = defineTask({ name: 'listens' }, async ({ signal }) => {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const app = testApp(broker, { tasks: [listens], config: { worker: { lock: 1000, stallCheck: '1h' } } })
    const { events } = await app.worker()
    const result = await listens.delay()
    await events.waitFor('job.started')
    await app.redis.set(`${app.keys.job('default', result.id)}:lock`, 'another worker')
    expect(await events.waitFor('job.result-lost')).toMatchObject({ id: result.id })
  })
})
