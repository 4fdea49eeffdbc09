import { expect, onTestFinished, test } from 'vitest'
import { App } from '../../src/app/app.js'
import { planWorker } from '../../src/app/worker-request.js'
import { chord } from '../../src/canvas/chord.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { Worker } from '../../src/worker/worker.js'
import { noRedis } from '../support/broker.js'
import { findProgram } from '../support/find-program.js'
import { startCluster, startSentinel, startTls } from '../support/topologies.js'

/** Sends jobs and a workflow through a broker, over several lanes and with large results, and has a worker run them. */
async function roundTrip(broker: string | BrokerOptions): Promise<unknown[]> {
  const plain = defineTask({ name: 'plain' }, (_, text: string) => text)
  const limited = defineTask({ name: 'limited', rateLimit: '1000/s', retries: 1, backoff: { delay: 1 } }, (ctx) => {
    if (ctx.request.attempt === 1) throw new Error('once more')
    return 'second try'
  })
  const byKey = {
    rateLimit: '1000/s',
    rateKey: (key: string) => key,
    maxConcurrency: 1,
    concurrencyKey: () => 'k',
  } as const
  const keyed = defineTask({ name: 'keyed', ...byKey }, (_, key: string) => key)
  const lengths = defineTask({ name: 'lengths' }, (_, texts: string[]) => texts.map((text) => text.length))
  onTestFinished(() => forgetTasks())
  const config = resolveConfig({ root: process.cwd(), file: { path: 'test', value: { broker } } })
  const app = App.of(config, { cwd: process.cwd(), env: {} })
  const [client, engine] = [await app.client(), await app.engine()]
  const ignore = { onEvent: () => {}, onLog: () => {} }
  const tasks = [plain.definition, limited.definition, keyed.definition, lengths.definition]
  const options = planWorker(config, tasks, ignore, 'test')
  const workflowDriver = async () => client.workflowDriver()
  const worker = new Worker(await engine.openWorkerSide(), { ...options, workflowDriver })
  await worker.start()
  try {
    const large = 'x'.repeat(20_000)
    const jobs = [
      client.enqueue('plain', ['a']),
      client.enqueue('limited', []),
      client.enqueue('plain', [large]),
      client.enqueue('keyed', ['a']),
      client.enqueue('keyed', ['b']),
    ]
    const workflow = client.startWorkflow(chord([plain.s(large), limited.s(), keyed.s('ab')], lengths.s()), {})
    const results = await Promise.all([...jobs, workflow].map(async (job) => (await job).get({ timeout: '15s' })))
    expect((await engine.queueOverviews()).queues.map(({ queue, succeeded }) => ({ queue, succeeded }))).toEqual([
      { queue: 'default', succeeded: 9 },
    ])
    return [results[0], results[1], results[2] === large, ...results.slice(3)]
  } finally {
    await worker.stop()
    await app.close()
  }
}

const DONE = ['a', 'second try', true, 'a', 'b', [20_000, 10, 2]]

test('jobs run on a Cluster of three', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  expect(await roundTrip({ cluster: (await startCluster()).slice(0, 1) })).toEqual(DONE)
})

test('jobs run on the master that a Sentinel names', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const sentinel = await startSentinel('s3cret')
  expect(await roundTrip({ sentinels: [sentinel], name: 'jobs', password: 's3cret' })).toEqual(DONE)
})

test('jobs run over TLS, and a certificate that nobody vouches for is refused', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  skip(findProgram('openssl') === undefined, 'needs openssl')
  const { port, ca } = await startTls()
  const url = `rediss://localhost:${port}`
  expect(await roundTrip({ url, tls: { ca } })).toEqual(DONE)
  await expect(roundTrip(url)).rejects.toMatchObject({
    code: 'TASKQ_BROKER_UNREACHABLE',
    message: expect.stringMatching(/self-signed certificate/),
  })
})
