import { expect, onTestFinished, test } from 'vitest'
import { actOnJobs } from '../../../src/control/jobs-actions.js'
import type { Engine } from '../../../src/engine/engine.js'
import { JobDesk } from '../../control/job-desk.js'
import type { TcpProxy } from '../../faults/kit/tcp-proxy.js'
import { brokerOfFile } from '../../support/broker.js'
import { proxyTo } from '../../support/proxy.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const HOUR = 3_600_000

/** An engine that reaches the broker over a network that fails, and has loaded its scripts. */
async function engineOver(app: TestApp, proxy: TcpProxy): Promise<Engine> {
  const broker = { ...app.broker, nodes: [{ host: '127.0.0.1', port: proxy.port }] }
  const engine = app.newEngine({ broker, timeoutMs: 2000 })
  await engine.jobEdits.retry('default', ['nobody'])
  return engine
}

function unhandledRejections(): unknown[] {
  const found: unknown[] = []
  const note = (error: unknown) => found.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return found
}

const isScript = (request: string) => /\beval/i.test(request)

test('a retry whose answer is lost tells that the job runs again, and runs it once', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.bury('a')
  const proxy = await proxyTo(broker)
  const engine = await engineOver(app, proxy)
  proxy.loseReply(isScript)
  expect(await actOnJobs(engine, 'retry', ['a'])).toEqual({ done: 1, refused: [], text: '1 job runs again' })
  expect(proxy.dropped).toBe(1)
  expect(await app.engine.queueOverviews()).toMatchObject({ queues: [{ queued: 1, dead: 0 }] })
})

test('a retry of another call runs it again', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.bury('a')
  expect(await app.engine.jobEdits.retry('default', ['a'], { call: 'one' })).toEqual([1])
  const { consumer, job } = await desk.take()
  await consumer.bury(job, { name: 'Error', message: 'no' }, { fetchNext: false })
  expect(await app.engine.jobEdits.retry('default', ['a'], { call: 'one' })).toEqual([1])
  expect(await app.engine.queueOverviews()).toMatchObject({ queues: [{ queued: 0, dead: 1 }] })
  expect(await app.engine.jobEdits.retry('default', ['a'], { call: 'two' })).toEqual([1])
  expect(await app.engine.queueOverviews()).toMatchObject({ queues: [{ queued: 1, dead: 0 }] })
})

test('a promotion whose answer is lost tells that the job may run', async () => {
  const app = testApp(broker)
  await new JobDesk(app).add('a', { delayMs: HOUR })
  const proxy = await proxyTo(broker)
  const engine = await engineOver(app, proxy)
  proxy.loseReply(isScript)
  expect(await engine.jobEdits.promote({ id: 'a', lane: 'default' })).toBe(true)
  expect(proxy.dropped).toBe(1)
  expect(await app.engine.queueOverviews()).toMatchObject({ queues: [{ queued: 1, scheduled: 0 }] })
})

test('a promotion that is cut off for good is refused, and leaves no error that nobody handles', async () => {
  const app = testApp(broker)
  await new JobDesk(app).add('a', { delayMs: HOUR })
  const proxy = await proxyTo(broker)
  const engine = await engineOver(app, proxy)
  const unhandled = unhandledRejections()
  proxy.loseReply((request) => {
    if (!isScript(request)) return false
    proxy.mode = 'refuse'
    return true
  })
  await expect(engine.jobEdits.promote({ id: 'a', lane: 'default' })).rejects.toThrow()
  // What nobody handles is told of in the turn after.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(unhandled).toEqual([])
})
