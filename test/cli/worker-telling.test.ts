import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { App } from '../../src/app/app.js'
import { startTelling, type Told } from '../../src/cli/worker-telling.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { startReceiver } from '../support/webhook-receiver.js'

const broker = brokerOfFile()

/** A logger, and what it wrote. */
function recordingLog(): { log: Logger; lines: () => string[] } {
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  return { log: pino(sink), lines: () => lines }
}

/** An app as a user has it, with the keys of a test's. */
function appOf(alerts?: object): { app: App; keys: ReturnType<typeof testApp> } {
  const keys = testApp(broker)
  const value = { broker: broker.url, prefix: keys.config.prefix, alerts }
  const config = resolveConfig({ root: process.cwd(), file: { path: 'test', value } })
  const app = App.of(config, { cwd: process.cwd(), env: {} })
  onTestFinished(() => app.close())
  return { app, keys }
}

const told = (metrics: Told['metrics']): Told => ({ metrics, tasks: ['send'], worker: () => undefined })

describe('a worker of the command line', () => {
  test('tells where its metrics are, and that it starts, until it stops', async () => {
    const { log, lines } = recordingLog()
    const telling = await startTelling(appOf().app, log, told({ port: 0 }))
    const [, url] = /metrics and health on (\S+)\/metrics/.exec(lines().join()) ?? []
    const ready = await fetch(`${url}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: 'the worker starts' }])
    telling.onEvent({ name: 'job.given-back', id: '1', task: 'send', queue: 'mails', attempt: 1 })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('taskq_jobs_total{task="send",queue="mails",outcome="given_back"} 1\n')
    expect(metrics).toContain('taskq_worker_slots{state="total"} 10\n')
    await telling.stop()
    expect(await rejection(fetch(`${url}/metrics`))).toMatchObject({ message: 'fetch failed' })
  })

  test('tells nobody anything where nothing is configured', async () => {
    const { log, lines } = recordingLog()
    const telling = await startTelling(appOf().app, log, told(undefined))
    telling.onEvent({ name: 'job.given-back', id: '1', task: 'send', queue: 'mails', attempt: 1 })
    await telling.stop()
    expect(lines()).toEqual([])
  })

  test('tells the webhook of the configuration, and logs that without its secret', async () => {
    const receiver = await startReceiver()
    const { log, lines } = recordingLog()
    const { app, keys } = appOf({ webhook: receiver.url, every: '1s', queueAge: '1s' })
    await keys.engine.producer.add({ id: 'a', lane: 'mails', task: 'send', data: '{"v":1,"args":[]}', delayMs: 0 })
    await keys.redis.hset(keys.keys.job('mails', 'a'), 'timestamp', String(Date.now() - 60_000))
    const telling = await startTelling(app, log, told(undefined))
    await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(1)
    await telling.stop()
    expect(receiver.received).toMatchObject([{ message: { app: keys.config.prefix, queue: 'mails' } }])
    expect(JSON.parse(lines().join())).toMatchObject({
      alert: 'queue-age',
      msg: expect.stringContaining('told: '),
      webhook: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\*\*\*$/),
    })
    expect(lines().join()).not.toContain('s3cret-canary')
  })
})
