import { describe, expect, onTestFinished, test } from 'vitest'
import { type AlertEvent, AlertWatch, type AlertWatchOptions } from '../../src/control/alerts-watch.js'
import { webhookSender } from '../../src/control/alerts-webhook.js'
import { noCounts } from '../../src/stats/task-counts.js'
import { brokerOfFile } from '../support/broker.js'
import { EventRecorder } from '../support/event-recorder.js'
import { proxyTo } from '../support/proxy.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.js'

const broker = brokerOfFile()

const RULES = {
  everyMs: 1000,
  queueAgeMs: { '*': 1000 },
  failureRate: { percent: 5, minJobs: 20, windowMs: 60_000 },
  repeatMs: 3_600_000,
}
const QUICK = { timeoutMs: 500, waitsMs: [10, 20] }

const senderTo = ({ url }: WebhookReceiver, headers = {}) => webhookSender({ url, headers, label: 'hook' }, QUICK)

function watch(app: TestApp, receiver: WebhookReceiver, over: Partial<AlertWatchOptions> = {}) {
  const events = new EventRecorder<AlertEvent>()
  const watching = new AlertWatch({
    app: 'shop',
    owner: `watch ${Math.random()}`,
    rules: RULES,
    engine: async () => app.engine,
    send: senderTo(receiver),
    onEvent: events.sink,
    ...over,
  })
  onTestFinished(() => watching.stop())
  return { watching, events }
}

/** A queue whose oldest job has waited two hours. */
async function makeLate(app: TestApp, id = 'old', lane = 'mails'): Promise<void> {
  await app.engine.producer.add({ id, lane, task: 'send', data: '{"v":1,"args":[]}', delayMs: 0 })
  await app.redis.hset(app.keys.job(lane, id), 'timestamp', String(Date.now() - 7_200_000))
}

const textsOf = ({ received }: WebhookReceiver) => received.map(({ message }) => message.text)
const LATE = '[shop] queue mails: the oldest job has waited 2h (limit 1s)'

describe('a watch', () => {
  test('tells of a late queue once, in the form that is documented, and when it is over', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    const { watching } = watch(app, receiver, { send: senderTo(receiver, { Authorization: 'Bearer x' }) })
    await makeLate(app)
    await watching.look()
    await watching.look()
    expect(textsOf(receiver)).toEqual([LATE])
    expect(receiver.received[0]).toMatchObject({
      path: '/services/T0/s3cret-canary',
      headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
      message: { app: 'shop', alert: 'queue-age', status: 'firing', queue: 'mails', threshold: 1 },
    })
    await app.engine.revoke({ id: 'old', lane: 'mails' }, 'done with')
    await watching.look()
    await expect
      .poll(
        async () => {
          await watching.look()
          return textsOf(receiver)
        },
        { timeout: 10_000 },
      )
      .toEqual([LATE, '[shop] over: queue mails: the oldest job had waited 2h (limit 1s)'])
  })

  test('tells of a task that fails', async () => {
    const app = testApp(broker)
    const side = await app.side()
    await side.recordStats({
      tasks: new Map([['mails.Send', { ...noCounts(), succeeded: 30, failed: 10 }]]),
      queues: new Map(),
    })
    const receiver = await startReceiver()
    await watch(app, receiver).watching.look()
    expect(textsOf(receiver)).toEqual(['[shop] task mails.Send: 25 % of its jobs fail (limit 5 %)'])
  })

  test('of several, one tells; when it ends, another goes on without telling again', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await makeLate(app)
    const watches = [watch(app, receiver), watch(app, receiver), watch(app, receiver)]
    for (const { watching } of watches) watching.start()
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1)
    await makeLate(app, 'older', 'reports')
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2)
    const holder = watches.find(({ events }) => events.all.length > 0)
    expect(watches.filter(({ events }) => events.all.length > 0)).toHaveLength(1)
    await holder?.watching.stop()
    await makeLate(app, 'oldest', 'prints')
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(3)
    expect(receiver.received.map(({ message }) => message.queue)).toEqual(['mails', 'reports', 'prints'])
    expect(holder?.events.of('alert.told')).toHaveLength(2)
  })

  test('tells nothing twice after a restart of all that watch', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await makeLate(app)
    const first = watch(app, receiver)
    first.watching.start()
    await first.events.waitFor('alert.told')
    await first.watching.stop()
    await watch(app, receiver).watching.look()
    expect(textsOf(receiver)).toEqual([LATE])
  })

  test('tells nothing twice where it ended before the webhook had answered', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await makeLate(app)
    receiver.answer = (response) => void setTimeout(() => response.end(), 100)
    const first = watch(app, receiver, { send: webhookSender({ url: receiver.url, headers: {}, label: 'hook' }) })
    first.watching.start()
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1)
    await first.watching.stop()
    await watch(app, receiver).watching.look()
    expect(textsOf(receiver)).toEqual([LATE])
    expect(first.events.all).toMatchObject([{ name: 'alert.told' }])
  })

  test('does not tell by what another kept that is no state', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await app.redis.set(app.keys.alertState, '[{"kind":"queue-age","subject":"mails","toldAt":"x"},7')
    await makeLate(app)
    await watch(app, receiver).watching.look()
    expect(textsOf(receiver)).toEqual([LATE])
  })

  test('keeps nothing where its lease went to another while it told', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await makeLate(app)
    receiver.answer = async (response) => {
      await app.redis.set(app.keys.alerts, 'another')
      response.end()
    }
    await watch(app, receiver).watching.look()
    expect(textsOf(receiver)).toEqual([LATE])
    expect(await app.redis.get(app.keys.alertState)).toBeNull()
  })

  test('sees nothing while the broker is away, says so, and ends in time', { timeout: 30_000 }, async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { config: { enqueueTimeout: '300ms' } })
    const receiver = await startReceiver()
    const { watching, events } = watch(app, receiver)
    await makeLate(testApp(broker))
    proxy.mode = 'refuse'
    watching.start()
    await events.waitFor('alerts.blind')
    const startedAt = performance.now()
    await watching.stop()
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(receiver.received).toEqual([])
  })
})

describe('a task that always fails', () => {
  test('is told of once, however often a new minute begins', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    // What failed in each minute, the running one last.
    const perMinute = [20]
    const stats = {
      minutes: async (count: number) => {
        const failed = perMinute.slice(-count).reduce((sum, more) => sum + more, 0)
        return new Map(failed === 0 ? [] : [['mails.Send', { ...noCounts(), failed }]])
      },
    }
    const { alerts } = app.engine
    const queueOverviews = () => app.engine.queueOverviews()
    const engine = async () => ({ alerts, queueOverviews, stats: stats as unknown as typeof app.engine.stats })
    const { watching } = watch(app, receiver, { engine, rules: { ...RULES, everyMs: 1 } })
    for (const begun of [[20], [0], [7], [20], [0], [0]]) {
      perMinute.push(...begun)
      for (let look = 0; look < 3; look++) await watching.look()
    }
    const told = '[shop] task mails.Send: 100 % of its jobs fail (limit 5 %)'
    expect(textsOf(receiver)).toEqual([told, '[shop] over: task mails.Send: 100 % of its jobs failed (limit 5 %)'])
  })
})

describe('a webhook', () => {
  test('that fails is tried three times, and again at the next look', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    await makeLate(app)
    receiver.answer = (response) => response.writeHead(503).end()
    const { watching, events } = watch(app, receiver)
    await watching.look()
    expect(receiver.received).toHaveLength(3)
    expect(events.of('alert.untold')).toMatchObject([{ reason: 'the webhook answered 503' }])
    receiver.answer = (response) => response.end()
    await watching.look()
    await watching.look()
    expect(receiver.received).toHaveLength(4)
    expect(events.of('alert.told')).toHaveLength(1)
  })

  test.each<[string, (receiver: WebhookReceiver) => void, string, number]>([
    [
      'refuses for good',
      (r) => (r.answer = (response) => response.writeHead(404).end()),
      'the webhook answered 404',
      1,
    ],
    [
      'leads elsewhere',
      (r) => (r.answer = (response) => response.writeHead(302, { Location: r.url }).end()),
      'the webhook answered 302',
      1,
    ],
    ['hangs', (r) => (r.answer = () => {}), 'the webhook did not answer in time', 3],
    [
      'cuts the line',
      (r) => (r.answer = (response) => response.destroy()),
      'the webhook cannot be reached (UND_ERR_SOCKET)',
      3,
    ],
    ['is not there', (r) => r.close(), 'the webhook cannot be reached (ECONNREFUSED)', 0],
  ])('that %s holds nobody up, and its URL is not told', async (_, prepare, reason, tries) => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    const send = senderTo(receiver, { Authorization: 'Bearer s3cret-canary' })
    prepare(receiver)
    await makeLate(app)
    const { watching, events } = watch(app, receiver, { send })
    const startedAt = performance.now()
    await watching.look()
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(events.all).toMatchObject([{ name: 'alert.untold', reason }])
    expect(JSON.stringify(events.all)).not.toContain('s3cret-canary')
    expect(receiver.received).toHaveLength(tries)
  })

  test('whose answer never ends is not read', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    receiver.answer = (response) => void response.writeHead(200).write('a'.repeat(100_000))
    await makeLate(app)
    const { watching, events } = watch(app, receiver)
    await watching.look()
    expect(events.all).toMatchObject([{ name: 'alert.told' }])
  })

  test('that hangs does not keep the worker from ending', async () => {
    const app = testApp(broker)
    const receiver = await startReceiver()
    receiver.answer = () => {}
    await makeLate(app)
    const send = webhookSender({ url: receiver.url, headers: {}, label: 'hook' })
    const { watching } = watch(app, receiver, { send })
    watching.start()
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1)
    const startedAt = performance.now()
    await watching.stop()
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})
