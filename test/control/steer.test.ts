import { describe, expect, test, vi } from 'vitest'
import { steerWorkers } from '../../src/control/steer.js'
import { actOnWorkers } from '../../src/control/steer-action.js'
import type { WorkerCommand } from '../../src/engine/control/worker-command.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { fakeHeartbeat } from '../support/fake-worker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const echo = defineTask({ name: 'echo', queue: 'emails' }, (_, text: string) => text)

describe('telling workers', () => {
  test('returns as soon as all have answered', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy' })
    await app.worker({ name: 'zoe' })
    const startedAt = performance.now()
    const { answers, silent } = await steerWorkers(app.engine, { name: 'ping' }, { timeoutMs: 20_000 })
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(answers.map(({ worker, ok }) => ({ worker: worker.split('@')[0], ok }))).toEqual([
      { worker: 'amy', ok: true },
      { worker: 'zoe', ok: true },
    ])
    expect(silent).toEqual([])
  })

  test('a worker that lives by its heartbeat and does not answer is silent, which is not down', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy' })
    await fakeHeartbeat(app, 'frozen')
    const { answers, silent } = await steerWorkers(app.engine, { name: 'ping' }, { timeoutMs: 300 })
    expect(answers).toHaveLength(1)
    expect(silent).toEqual([{ id: 'frozen', name: 'frozen@h', pid: 1, heardMs: expect.any(Number) }])
    expect(silent[0]?.heardMs).toBeLessThan(10_000)
  })

  test('goes to those that are named: by name, by its first part, by id', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await fakeHeartbeat(app, '1', { name: 'emails@web-1' })
    await fakeHeartbeat(app, '2', { name: 'emails@web-2' })
    await fakeHeartbeat(app, '3', { name: 'reports@web-1' })
    const told = async (...destination: string[]) => {
      const { silent } = await steerWorkers(app.engine, { name: 'ping' }, { destination, timeoutMs: 1 })
      return silent.map(({ id }) => id)
    }
    expect(await told('emails')).toEqual(['1', '2'])
    expect(await told('emails@web-2')).toEqual(['2'])
    expect(await told('3')).toEqual(['3'])
    expect(await told('reports', 'emails@web-1', '3')).toEqual(['1', '3'])
  })

  test('changes what a worker does', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy' })
    const steer = (command: WorkerCommand) => steerWorkers(app.engine, command, { destination: ['amy'] })
    expect((await steer({ name: 'concurrency', slots: 3 })).answers).toMatchObject([{ ok: true }])
    expect((await steer({ name: 'pool-grow', by: 2 })).answers).toMatchObject([{ ok: true }])
    expect((await steer({ name: 'add-queue', queue: 'extra' })).answers).toMatchObject([{ ok: true }])
    await expect
      .poll(async () => (await app.engine.workers())[0], { timeout: 10_000 })
      .toMatchObject({ concurrency: 5, queues: expect.arrayContaining(['extra']) })
  })

  test('ends one', async () => {
    const app = testApp(broker, { tasks: [echo] })
    const { worker } = await app.worker({ name: 'amy' })
    const { answers } = await steerWorkers(app.engine, { name: 'shutdown' })
    expect(answers).toMatchObject([{ ok: true }])
    await worker.done
    expect(await app.engine.workers()).toEqual([])
  })
})

describe('what cannot be', () => {
  test('nobody lives', async () => {
    const app = testApp(broker)
    expect(await rejection(steerWorkers(app.engine, { name: 'ping' }))).toMatchObject({
      code: 'TASKQ_CONTROL_NO_WORKER',
      message: 'no worker lives',
      hint: expect.stringContaining('taskq worker'),
    })
  })

  test('a name that is nobody’s is told with the nearest, and nobody is told anything', async () => {
    const app = testApp(broker)
    await fakeHeartbeat(app, '1', { name: 'emails@web-1' })
    const command = vi.spyOn(app.engine, 'command')
    const request = { destination: ['emials', 'emails', 'emails@web-2', 'x'.repeat(10_000)] }
    expect(await rejection(steerWorkers(app.engine, { name: 'shutdown' }, request))).toMatchObject({
      code: 'TASKQ_CONTROL_NO_WORKER',
      message: expect.stringMatching(
        /^no live worker is named "emials" \(did you mean emails\?\); no live worker is named "emails@web-2" \(did you mean emails@web-1\?\); no live worker is named "x{60}…"$/,
      ),
      hint: 'There are: emails@web-1.',
    })
    expect(command).not.toHaveBeenCalled()
  })

  test.each<[WorkerCommand, string]>([
    [{ name: 'concurrency', slots: 0 }, 'slots: expected a whole number from 1 to 10000, got 0'],
    [{ name: 'pool-grow', by: 1.5 }, 'by: expected a whole number'],
    [{ name: 'autoscale', min: 5, max: 2 }, 'min: expected at most max, which is 2, got 5'],
    [{ name: 'add-queue', queue: 'a:b' }, 'queue: expected a queue name'],
  ])('%j is refused before any worker is told', async (command, message) => {
    const app = testApp(broker)
    await fakeHeartbeat(app, '1')
    const send = vi.spyOn(app.engine, 'command')
    expect(await rejection(steerWorkers(app.engine, command))).toMatchObject({
      code: 'TASKQ_CONTROL_INVALID',
      message: expect.stringContaining(message),
    })
    expect(send).not.toHaveBeenCalled()
  })
})

describe('an action of the dashboard', () => {
  test('is done for those that can, and tells of the others', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy' })
    await fakeHeartbeat(app, 'frozen')
    const amy = (await app.engine.workers()).find(({ name }) => name.startsWith('amy'))
    const report = await actOnWorkers(app.engine, { name: 'pool-grow', by: 1 }, [amy?.id ?? '', 'frozen', 'gone'])
    expect(report.done).toBe(1)
    expect(report.text).toMatch(/^amy@.*: /)
    expect(report.refused).toEqual([
      { what: 'frozen@h', why: 'it did not answer in time: whether it obeys is not known' },
      { what: 'gone', why: expect.stringMatching(/^it has ended, or has not been heard of for \d+ s$/) },
    ])
  })

  test('tells of each where they said different things, and which of two that have one name', async () => {
    const app = testApp(broker, { tasks: [echo] })
    await app.worker({ name: 'amy', options: { concurrency: 2 } })
    await app.worker({ name: 'zoe', options: { concurrency: 2 } })
    const act = async (...ids: string[]) => actOnWorkers(app.engine, { name: 'pool-grow', by: 1 }, ids)
    const [amy = '', zoe = ''] = (await app.engine.workers()).map(({ id }) => id)
    expect((await act(amy, zoe)).text).toBe('2 workers: concurrency is 3 now (was 2)')
    await act(zoe)
    expect((await act(amy, zoe)).text).toMatch(
      /^amy@\S+: concurrency is 4 now \(was 3\); zoe@\S+: concurrency is 5 now \(was 4\)$/,
    )
    await fakeHeartbeat(app, '2', { name: 'twin@h', pid: 12 })
    await fakeHeartbeat(app, '1', { name: 'twin@h', pid: 11 })
    expect((await app.engine.workers()).map(({ id }) => id)).toEqual([amy, '1', '2', zoe])
    expect((await act('2')).refused).toMatchObject([{ what: 'twin@h (pid 12)' }])
  })

  test('says so where nobody obeyed', async () => {
    const app = testApp(broker)
    expect(await actOnWorkers(app.engine, { name: 'shutdown' }, ['gone'])).toEqual({
      done: 0,
      refused: [{ what: 'gone', why: expect.stringMatching(/^it has ended, or has not been heard of for \d+ s$/) }],
      text: 'no worker obeyed',
    })
  })
})
