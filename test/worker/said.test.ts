import { expect, test } from 'vitest'
import { readLogLine } from '../../src/codec/log-line.js'
import { createViewer } from '../../src/codec/viewer.js'
import { readJob, readJobLog } from '../../src/control/job-report.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

test("fields that the config's redact names are masked in thrown values, too", async () => {
  const task = defineTask({ name: 'thrower' }, () => Promise.reject({ kundennummer: '4711', code: 7 }))
  const app = testApp(broker, { tasks: [task], config: { redact: ['kundennummer'] } })
  await app.worker()
  expect(await rejection((await task.delay()).get({ timeout: '5s' }))).toMatchObject({
    failure: { message: expect.stringContaining('{"kundennummer":"***","code":7}') },
  })
})

test('a BigInt in the fields of a log line costs none of the others', async () => {
  const task = defineTask({ name: 'teller' }, (ctx) => ctx.log.info({ id: 1n, user: 'u' }, 'told'))
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const result = await task.delay()
  await result.get()
  const [line = ''] = await readJobLog(app.engine, result.id, 10)
  expect(readLogLine(line)).toContain('{"id":"1","user":"u"}')
})

test.each([true, false])('progress that cannot be written is a rejection (encrypted: %j)', async (encrypt) => {
  const task = defineTask({ name: 'teller' }, async (ctx) => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    return ctx.progress(circle).then(
      () => 'stored',
      () => 'refused',
    )
  })
  const codec = { encrypt: { keys: [{ id: 'k1', key: Buffer.alloc(32, 1).toString('base64') }] } }
  const app = testApp(broker, { tasks: [task], ...(encrypt && { config: { codec } }) })
  await app.worker()
  expect(await (await task.delay()).get({ timeout: '5s' })).toBe('refused')
})

test.each([
  [{ $typed: 'mine', x: 1 }],
  [{ $typed: 'mine' }],
  [{ $typed: { $date: 'x' } }],
  [{ $sealed: { body: 'AAAA' } }],
])('progress %j is read back as it was', async (value) => {
  const task = defineTask({ name: 'teller' }, (ctx) => ctx.progress(value))
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const result = await task.delay()
  await result.get()
  expect(await readJob(app.engine, result.id, createViewer(app.config))).toMatchObject({ progress: value })
})
