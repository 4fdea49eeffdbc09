import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { Holds } from '../../src/engine/locks/holds.js'
import { WorkerSide } from '../../src/engine/workers/worker-side.js'
import { defineTask } from '../../src/task/define-task.js'
import { WorkflowWork } from '../../src/worker/workflows/workflow-work.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const one = { worker: { concurrency: 1 } } as const

/** Holds calls of a method back until they are let. */
function heldBack<K extends string>(on: Record<K, (...args: never[]) => unknown>, method: K) {
  const gate = Promise.withResolvers<void>()
  const called = Promise.withResolvers<void>()
  const whole = on[method]
  const spy = vi.spyOn(on as Record<string, (...args: never[]) => unknown>, method)
  spy.mockImplementation(function (this: unknown, ...args: never[]) {
    called.resolve()
    return gate.promise.then(() => whole.apply(this, args))
  })
  onTestFinished(() => {
    gate.resolve()
    spy.mockRestore()
  })
  return { release: gate.resolve, called: called.promise }
}

/** Cuts all connections, and returns when the worker has looked for jobs that nobody runs. */
async function cut(app: TestApp): Promise<void> {
  const looks = vi.spyOn(Holds.prototype, 'ofWorker')
  onTestFinished(() => looks.mockRestore())
  await app.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await vi.waitFor(() => expect(looks.mock.settledResults.some(({ value }) => value?.length > 0)).toBe(true), 10_000)
  // What is given back is on its way by then, and comes before this one's answer, or soon after.
  for (let turn = 0; turn < 20; turn++) await app.redis.ping()
}

describe('a job that came along with the end of another, while its connection is cut', () => {
  test('waits until that one is no more what calls are the same as, and runs once', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const ran: number[] = []
    const note = defineTask({ name: 'note' }, (_, n: number) => void ran.push(n))
    const app = testApp(broker, { tasks: [note], config: one })
    await app.client.enqueue('note', [1], { unique: { key: 'a' } })
    const second = await note.delay(2)
    const { release, called } = heldBack(WorkerSide.prototype, 'settle')
    await app.worker()
    await called
    await cut(app)
    expect(await second.state()).toBe('active')
    release()
    await second.get({ timeout: '10s' })
    expect(ran).toEqual([1, 2])
  })

  test('waits until it is known whether that one was told to end, and runs once', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const ran: number[] = []
    const fails = defineTask({ name: 'fails', retries: 1, backoff: { type: 'fixed', delay: '1h' } }, () =>
      Promise.reject(new Error('no')),
    )
    const note = defineTask({ name: 'note' }, (_, n: number) => void ran.push(n))
    const app = testApp(broker, { tasks: [fails, note], config: one })
    await fails.delay()
    const second = await note.delay(2)
    const { release, called } = heldBack(WorkerSide.prototype, 'endIfRevoked')
    await app.worker()
    await called
    await cut(app)
    expect(await second.state()).toBe('active')
    release()
    await second.get({ timeout: '10s' })
    expect(ran).toEqual([2])
  })

  test('waits until a workflow has gone on, and runs once', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const ran: number[] = []
    const note = defineTask({ name: 'note' }, (_, n: number) => void ran.push(n))
    const app = testApp(broker, { tasks: [note], config: one })
    await chain(note.si(1), note.si(3)).delay()
    const second = await note.delay(2)
    const { release, called } = heldBack(WorkflowWork.prototype, 'driver')
    const { worker } = await app.worker({ burst: true })
    await called
    await cut(app)
    expect(await second.state()).toBe('active')
    release()
    await worker.done
    expect(ran).toEqual([1, 2, 3])
  })
})
