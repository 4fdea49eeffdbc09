import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('enqueue', () => {
  test('refuses wrong options and arguments, and then nothing exists', async () => {
    const task = defineTask({ name: 'send' }, (_, _at: unknown) => {})
    const app = testApp(broker, { tasks: [task], config: { payload: { max: 100 } } })
    const refused = [
      task.applyAsync([1], { countdown: 'soon' as never }),
      task.applyAsync([1], { queue: 'a b' }),
      task.delay(new Date()),
      task.delay({ big: 10n }),
      task.delay('x'.repeat(200)),
      app.client.enqueue('not a task name!', []),
    ]
    expect((await Promise.all(refused.map(rejection))).map((error) => (error as { code: string }).code)).toEqual([
      'TASKQ_ENQUEUE_OPTION_INVALID',
      'TASKQ_ENQUEUE_OPTION_INVALID',
      'TASKQ_PAYLOAD_NOT_JSON',
      'TASKQ_PAYLOAD_NOT_JSON',
      'TASKQ_PAYLOAD_TOO_LARGE',
      'TASKQ_ENQUEUE_OPTION_INVALID',
    ])
    expect((await app.engine.queueOverviews()).queues).toEqual([])
  })

  test("refuses arguments that the task's schema does not let pass, and then nothing exists", async () => {
    const schema = z.tuple([z.email(), z.unknown()])
    const known = z.string().refine(async (user) => user === 'ann', 'unknown user')
    const send = defineTask({ name: 'send', schema: schema as never }, (_, _to: string, _body: unknown) => {})
    const greet = defineTask({ name: 'greet', schema: z.tuple([known]) }, (_, _user: string) => {})
    const app = testApp(broker, { tasks: [send, greet] })
    const job = { id: 'j1', task: 'send', args: ['nobody', 1], options: {} }
    const refused = [
      send.delay('nobody', 1),
      send.s('nobody', 1).applyAsync({ countdown: '1h' }),
      app.client.enqueue('send', ['nobody', 1]),
      app.client.plan(job),
      greet.delay('bob'),
      app.client.plan({ ...job, task: 'greet', args: ['bob'] }),
    ]
    const invalid = (task: string, message: string) => ({
      code: 'TASKQ_PAYLOAD_INVALID',
      message: `${task}: args[0]: ${message}`,
      data: { task, issues: [{ path: 'args[0]', message }] },
    })
    const [email, user] = [invalid('send', 'Invalid email address'), invalid('greet', 'unknown user')]
    expect(await Promise.all(refused.map(rejection))).toMatchObject([email, email, email, email, user, user])
    expect((await app.engine.queueOverviews()).queues).toEqual([])
    await send.delay('a@b.cd', 1)
    await greet.delay('ann')
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ queued: 2 }])
  })

  test('asks a schema only of what can be sent', async () => {
    const asked: unknown[] = []
    const schema = z.tuple([z.unknown().refine((value) => asked.push(value))])
    const task = defineTask({ name: 'send', schema: schema as never }, (_, _at: unknown) => {})
    testApp(broker, { tasks: [task], config: { payload: { max: 100 } } })
    expect(await rejection(task.delay(new Date()))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    expect(await rejection(task.delay('x'.repeat(200)))).toMatchObject({ code: 'TASKQ_PAYLOAD_TOO_LARGE' })
    await task.delay(7)
    expect(asked).toEqual([7])
  })

  test('takes optional arguments that were left undefined', async () => {
    const task = defineTask({ name: 'send' }, (_, to: string, cc?: string) => [to, cc ?? 'none'])
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await (await task.delay('a', undefined)).get({ timeout: '10s' })).toEqual(['a', 'none'])
  })

  test('warns of a payload that is large', async () => {
    const task = defineTask({ name: 'send' }, (_, _text: string) => {})
    const app = testApp(broker, { tasks: [task], config: { payload: { warn: 100 } } })
    await task.delay('short')
    expect(app.warnings).toEqual([])
    await task.delay('日'.repeat(100))
    expect(app.warnings).toEqual([expect.stringMatching(/^send: a payload of 3\d\d bytes/)])
  })

  test('warns once of a queue that nobody serves, with the nearest one', async () => {
    const task = defineTask({ name: 'send', queue: 'emails' }, () => {})
    const app = testApp(broker, { tasks: [task], config: { queues: { reports: {} } } })
    await task.applyAsync([], { queue: 'emials' })
    await task.applyAsync([], { queue: 'emials' })
    for (const queue of ['emails', 'reports', 'default']) await task.applyAsync([], { queue })
    expect(app.warnings).toEqual([
      expect.stringMatching(/no worker is known to serve the queue "emials" \(did you mean emails\?\)/),
    ])
  })

  test('warns once of a task that nobody knows, with the nearest one; its job waits', async () => {
    const task = defineTask({ name: 'emails.send' }, () => {})
    const app = testApp(broker, { tasks: [task] })
    const result = await app.client.enqueue('emails.sned', [])
    await app.client.enqueue('emails.sned', [])
    expect(app.warnings).toEqual([expect.stringMatching(/"emails.sned".*did you mean emails.send\?/)])
    expect(await result.state()).toBe('queued')
  })

  test('without the code of a task goes where its workers said', async () => {
    const task = defineTask({ name: 'send', queue: 'emails', rateLimit: '100/s' }, (_, n: number) => n * 2)
    const silent = defineTask({ name: 'silent', ignoreResult: true }, () => {})
    const app = testApp(broker, { tasks: [task, silent] })
    await app.worker()
    forgetTasks('send')
    forgetTasks('silent')
    const client = app.newClient()
    const result = await client.enqueue<number>('send', [4])
    expect(await result.get({ timeout: '10s' })).toBe(8)
    expect((await app.engine.jobs.find(result.id))?.lane).toBe('emails~send')
    const ignored = await client.enqueue('silent', [])
    expect(await rejection(ignored.get())).toMatchObject({ code: 'TASKQ_RESULT_IGNORED' })
    expect(app.warnings).toEqual([])
  })

  test('many at once, each with a result of its own', async () => {
    const task = defineTask({ name: 'echo' }, (_, n: number) => n)
    const app = testApp(broker, { tasks: [task], config: { worker: { concurrency: 50 } } })
    await app.worker()
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => task.applyAsync([n], { queue: ['default', 'b', 'c'][n % 3] as string })),
    )
    await app.worker({ queues: ['b', 'c'] })
    const values = await Promise.all(results.map((result) => result.get({ timeout: '20s' })))
    expect(values).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })
})
