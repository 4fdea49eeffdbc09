import { expect, onTestFinished, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { tempProject } from '../support/temp-project.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** What `taskq` exports, on the broker of an app that has a worker. */
async function taskq() {
  const send = defineTask({ name: 'send', queue: 'emails', rateLimit: '100/s' }, (_, to: string) => to)
  const app = testApp(broker, { tasks: [send] })
  const started = await app.worker({ name: 'amy' })
  vi.resetModules()
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(tempProject('control-'))
  const index = await import('../../src/index.js')
  onTestFinished(async () => {
    await index.close()
    cwd.mockRestore()
  })
  index.configure({ broker: broker.url, prefix: app.config.prefix })
  return { ...index, ...started }
}

test('what runs and what waits is told', async () => {
  const { control, sendTask } = await taskq()
  const { id } = await sendTask('send', ['x'], { countdown: '1h' })
  expect(await control.inspect.active({ destination: 'amy' })).toMatchObject([{ jobs: [], more: 0 }])
  expect(await control.inspect.scheduled({ queue: 'emails' })).toMatchObject({ total: 1, jobs: [{ id }] })
  expect(await control.inspect.reserved()).toMatchObject({ workers: [{ jobs: [] }] })
  expect(await control.inspect.registered()).toMatchObject([{ tasks: [{ task: 'send', rateLimit: '100/s' }] }])
  expect(await control.inspect.stats()).toMatchObject([{ queues: expect.arrayContaining(['emails']) }])
  expect(await control.inspect.ping({ timeout: '5s' })).toMatchObject({ answers: [{ ok: true }], silent: [] })
  expect(await control.inspect.conf()).toMatchObject({ answers: [{ data: expect.any(Object) }] })
  expect(await control.inspect.query([id, 'nowhere'])).toMatchObject([{ state: 'scheduled' }, { state: 'unknown' }])
  expect(await control.inspect.query(id)).toHaveLength(1)
})

test('limits are set, and put back', async () => {
  const { control } = await taskq()
  const limit = async () => (await control.overview()).queues.flatMap(({ limits }) => limits)
  expect(await control.rateLimit('send', '10/s')).toMatchObject({ done: 1 })
  expect(await limit()).toMatchObject([{ overridden: true, window: { max: 1, durationMs: 100 } }])
  await control.rateLimit('send', null)
  expect(await limit()).toMatchObject([{ overridden: false, window: { max: 10, durationMs: 100 } }])
  expect(await control.timeLimit('send', { soft: '5m', hard: '6m' })).toMatchObject({ done: 1 })
  expect(await control.timeLimit('send', null)).toMatchObject({ done: 1 })
  expect(await rejection(control.timeLimit('send', { sfot: '5m' } as never))).toMatchObject({
    message: expect.stringContaining('did you mean soft'),
  })
  expect(await rejection(control.inspect.scheduled({ taks: 'x' } as never))).toMatchObject({
    code: 'TASKQ_CONTROL_INVALID',
  })
  expect(await rejection(control.rateLimit('sned', '1/s'))).toMatchObject({ code: 'TASKQ_TASK_UNKNOWN' })
  expect(await rejection(control.timeLimit('send', { soft: 'soon' as '1s' }))).toMatchObject({
    code: 'TASKQ_CONTROL_INVALID',
    message: expect.stringMatching(/^soft: expected a duration/),
  })
})

test('workers change, and end', async () => {
  const { control, worker } = await taskq()
  const told = { answers: [{ ok: true }], silent: [] }
  expect(await control.concurrency(3)).toMatchObject(told)
  expect(await control.concurrency(2, { queue: 'emails' })).toMatchObject(told)
  expect(await control.poolGrow(2)).toMatchObject(told)
  expect(await control.poolShrink()).toMatchObject(told)
  expect(await control.addQueue('extra', { destination: ['amy'] })).toMatchObject(told)
  expect(await control.cancelQueue('extra')).toMatchObject(told)
  expect(await control.autoscale({ min: 1, max: 4 })).toMatchObject(told)
  expect(await control.autoscale(null)).toMatchObject(told)
  expect(await rejection(control.poolGrow(1, { destination: 'ami' }))).toMatchObject({
    code: 'TASKQ_CONTROL_NO_WORKER',
    message: expect.stringContaining('did you mean amy?'),
  })
  for (const slip of [{ destinaton: 'nobody' }, { destination: '' }, { destination: 7 }, 'amy', { queue: 'emails' }])
    expect(await rejection(control.shutdown(slip as never))).toMatchObject({ code: 'TASKQ_CONTROL_INVALID' })
  expect(await control.inspect.stats()).toMatchObject([{ worker: expect.stringMatching(/^amy@/) }])
  expect(await control.shutdown()).toMatchObject(told)
  await worker.done
  expect(await rejection(control.shutdown())).toMatchObject({ code: 'TASKQ_CONTROL_NO_WORKER' })
})

test('a queue is paused and resumed, and what happens is told', { timeout: 30_000 }, async () => {
  const { control, sendTask } = await taskq()
  expect(await control.pauseQueue('emails')).toMatchObject({ done: 1 })
  const names: string[] = []
  const watch = await control.events(({ events }) => names.push(...events.map(({ name }) => name)))
  const result = await sendTask<string>('send', ['x'])
  expect((await control.overview()).queues).toMatchObject([{ queue: 'default' }, { queue: 'emails', paused: true }])
  expect(await result.state()).toBe('queued')
  expect(await control.resumeQueue('emails')).toMatchObject({ done: 1 })
  expect(await result.get({ timeout: '10s' })).toBe('x')
  await expect.poll(() => names, { timeout: 10_000 }).toContain('job.succeeded')
  await watch.close()
  // Only looks that are five seconds apart can tell.
  const rate = async () => (await control.overview()).rates.in
  await expect.poll(rate, { timeout: 10_000, interval: 500 }).toBeTypeOf('number')
})
