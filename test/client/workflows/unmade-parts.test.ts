import { expect, it } from 'vitest'
import { z } from 'zod'
import { chain } from '../../../src/canvas/chain.js'
import { Client } from '../../../src/client/client.js'
import { resolveConfig } from '../../../src/config/resolve-config.js'
import { defineTask } from '../../../src/task/define-task.js'
import type { Middleware } from '../../../src/task/middleware.js'
import { partId } from '../../../src/task/names.js'
import type { WorkflowDriver } from '../../../src/worker/workflow-driver.js'
import { brokerOfFile } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** What a sweep does once nobody has the workflow's nodes any more. */
async function sweepLater(app: TestApp, id: string, client = app.client): Promise<void> {
  const ready = app.keys.workflow(id, 'ready')
  for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, 0, member)
  await app.redis.zadd(app.keys.workflows, 0, id)
  await (await client.workflowDriver()).sweep()
}

/** A worker that makes jobs of what its own jobs let begin, and sweeps nothing. */
function startWorker(app: TestApp, client = app.client) {
  const workflowDriver = async () => {
    const driver = await client.workflowDriver()
    const quiet: WorkflowDriver = {
      advance: (move) => driver.advance(move),
      sweep: async () => {},
      readList: (workflow, ref) => driver.readList(workflow, ref),
      endOf: (workflow) => driver.endOf(workflow),
    }
    return quiet
  }
  return app.worker({ options: { workflowDriver } })
}

const warned = (app: TestApp) => app.warnings.filter((text) => text.includes('is not added yet')).length

it('that its schema refuses is made once it may be, where the workflow is retried, or the part', async () => {
  let most = 1
  const five = defineTask({ name: 'five' }, () => 5)
  const schema = z.tuple([z.number().refine((value) => value <= most)])
  const checked = defineTask({ name: 'checked', schema }, (_, value: number) => value * 2)
  const app = testApp(broker, { tasks: [five, checked] })
  await startWorker(app)
  const whole = await chain(five.s(), checked.s(), checked.s()).delay()
  await expect(whole.get()).rejects.toMatchObject({ rootCause: { node: 1, code: 'TASKQ_PAYLOAD_INVALID' } })
  most = 5
  expect(await whole.retry()).toBe(true)
  await sweepLater(app, whole.id)
  await expect(whole.get()).rejects.toMatchObject({ rootCause: { node: 2 } })
  most = 10
  const part = app.client.result(partId(whole.id, 2))
  expect(await part.state()).toBe('failed')
  expect(await part.retry()).toBe(true)
  expect(await part.retry()).toBe(false)
  await sweepLater(app, whole.id)
  expect(await whole.get()).toBe(20)
  expect(await app.engine.workflows.summary(whole.id)).toMatchObject({ done: 3, failed: 0, open: 0 })
})

it('goes on with what took a job’s place, too', async () => {
  let most = 1
  const schema = z.tuple([z.number().refine((value) => value <= most)])
  const five = defineTask({ name: 'five' }, () => 5)
  const checked = defineTask({ name: 'checked', schema }, (_, value: number) => value * 2)
  const outer = defineTask({ name: 'outer' }, (ctx): Promise<number> => ctx.replace(chain(five.s(), checked.s())))
  const after = defineTask({ name: 'after' }, (_, value: number) => value + 1)
  const app = testApp(broker, { tasks: [five, checked, outer, after] })
  await startWorker(app)
  const result = await chain(outer.s(), after.s()).delay()
  await expect(result.get()).rejects.toThrow()
  most = 5
  expect(await result.retry()).toBe(true)
  const inner = (await app.engine.workflows.newest(0, 9)).workflows.find(({ id }) => id !== result.id)
  await sweepLater(app, inner?.id ?? '')
  expect(await result.get()).toBe(11)
})

it('is tried again where a middleware throws, and fails when it has thrown five times', async () => {
  let broken = true
  const middleware: Middleware = {
    enqueue: (call, next) => {
      if (broken && call.args[0] === 5) throw new Error('the tenants’ database is away')
      return next()
    },
  }
  const five = defineTask({ name: 'five' }, () => 5)
  const next = defineTask({ name: 'next' }, (_, value: number) => value + 1)
  const app = testApp(broker, { tasks: [five, next], config: { middleware: [middleware] } })
  await startWorker(app)
  const result = await chain(five.s(), next.s()).delay()
  await expect.poll(() => warned(app)).toBe(1)
  expect(await result.state()).toBe('active')
  for (let tries = 2; tries < 5; tries++) await sweepLater(app, result.id)
  expect(warned(app)).toBe(4)
  await sweepLater(app, result.id)
  await expect(result.get()).rejects.toMatchObject({ rootCause: { node: 1, message: 'the tenants’ database is away' } })
  expect(await result.retry()).toBe(true)
  await sweepLater(app, result.id)
  expect(warned(app), 'its tries are counted anew').toBe(5)
  broken = false
  await sweepLater(app, result.id)
  expect(await result.get()).toBe(6)
})

it('is left to others where this process has no key to its call', async () => {
  const [old, recent] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string]
  const keep = defineTask({ name: 'keep' }, (_, value: number) => value)
  const keys = [
    { id: 'recent', key: recent },
    { id: 'old', key: old },
  ]
  const app = testApp(broker, { tasks: [keep], config: { codec: { encrypt: { keys } } } })
  const value = { broker: broker.url, prefix: app.config.prefix, codec: { encrypt: { keys: keys.slice(1) } } }
  const config = resolveConfig({ root: process.cwd(), file: { path: 'test', value } })
  const stale = new Client(app.newEngine(), config, (message) => app.warnings.push(message))
  await startWorker(app, stale)
  const result = await chain(keep.s(1), keep.s()).delay()
  await expect.poll(() => warned(app)).toBe(1)
  for (let tries = 0; tries < 6; tries++) await sweepLater(app, result.id, stale)
  expect(await result.state()).toBe('active')
  await sweepLater(app, result.id)
  expect(await result.get()).toBe(1)
})
