import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { LiveBatch, LiveEvent } from '../../../src/events/live-event.js'
import { freePort } from '../../faults/kit/redis-server.js'
import { brokerOfFile } from '../../support/broker.js'
import { proxyTo } from '../../support/proxy.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const event = (id: string): LiveEvent => ({ at: 1, worker: 'w@host', name: 'job.started', id })
const batchOf = (...ids: string[]): LiveBatch => ({ events: ids.map(event), dropped: 0 })

describe('watching', () => {
  test('tells what workers publish, to all who watch', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const seen: LiveBatch[][] = [[], []]
    for (const batches of seen) await app.engine.watchLive((batch) => batches.push(batch))
    side.publish(batchOf('a', 'b'))
    for (const batches of seen) await vi.waitFor(() => expect(batches).toEqual([batchOf('a', 'b')]))
  })

  test('is told to workers at once, and stands in the broker for their heartbeats', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const heard: unknown[] = []
    await side.listen({ id: 'one', worker: 'one@host' }, async (command) => {
      heard.push(command)
      return { ok: true, text: '' }
    })
    expect((await side.beat(factsOf('one'))).watchedForMs).toBe(0)
    await app.engine.watchLive(() => {})
    await vi.waitFor(() => expect(heard).toEqual([{ name: 'watch', forMs: 15_000 }]))
    const { watchedForMs } = await side.beat(factsOf('one'))
    expect(watchedForMs).toBeGreaterThan(10_000)
    expect(watchedForMs).toBeLessThanOrEqual(15_000)
  })

  test('ends with close, also that of the engine', async () => {
    const app = testApp(broker)
    const side = await app.side()
    const seen: LiveBatch[] = []
    const ended: LiveBatch[] = []
    const watch = await app.engine.watchLive((batch) => ended.push(batch))
    await app.engine.watchLive((batch) => seen.push(batch))
    await watch.close()
    await watch.close()
    side.publish(batchOf('a'))
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(ended).toEqual([])
    await app.engine.close()
    await vi.waitFor(async () =>
      expect(await app.redis.pubsub('NUMSUB', app.keys.events)).toEqual([app.keys.events, 0]),
    )
  })

  test('that is still being opened while the engine closes ends, too', async () => {
    const app = testApp(broker)
    const engine = app.newEngine()
    const seen: LiveBatch[] = []
    const opening = engine.watchLive((batch) => seen.push(batch))
    await engine.close()
    const watch = await opening
    await vi.waitFor(async () =>
      expect(await app.redis.pubsub('NUMSUB', app.keys.events)).toEqual([app.keys.events, 0]),
    )
    await watch.close()
    expect(seen).toEqual([])
  })

  test('passes over what is no batch, and what in it is no event', async () => {
    const app = testApp(broker)
    const seen: LiveBatch[] = []
    await app.engine.watchLive((batch) => seen.push(batch))
    const events = [
      event('good'),
      null,
      7,
      'x',
      {},
      { at: 'now', worker: 'w', name: 'job.started' },
      { ...event('a'), task: 5 },
      { ...event('a'), runMs: '5' },
      { ...event('a'), failure: 'no' },
      { ...event('a'), failure: { name: 'E' } },
      { ...event('fine'), failure: { name: 'E', message: 'm' } },
    ]
    for (const text of [
      '',
      'no JSON',
      '[]',
      'null',
      '{}',
      '{"events":{}}',
      JSON.stringify({ events, dropped: 'many' }),
    ])
      await app.redis.publish(app.keys.events, text)
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(seen[0]?.events.map(({ id }) => id)).toEqual(['good', 'fine'])
    expect(seen[0]?.dropped).toBe(0)
  })

  test('goes on after an outage', async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(proxy)
    const near = testApp(broker, { config: { prefix: app.config.prefix } })
    const side = await near.side()
    const seen: LiveBatch[] = []
    await app.engine.watchLive((batch) => seen.push(batch))
    proxy.mode = 'refuse'
    proxy.cut()
    side.publish(batchOf('lost'))
    await sleep(300)
    proxy.mode = 'pass'
    await vi.waitFor(
      () => {
        side.publish(batchOf('found'))
        expect(seen.length).toBeGreaterThan(0)
      },
      { timeout: 15_000, interval: 100 },
    )
    expect(seen[0]).toEqual(batchOf('found'))
  })

  test('without a broker is refused in time', async () => {
    const app = testApp({ url: `redis://127.0.0.1:${await freePort()}` }, { config: { enqueueTimeout: '300ms' } })
    expect(await rejection(app.engine.watchLive(() => {}))).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE' })
  })
})

describe('publishing', () => {
  test('while the broker is away is given up, not kept for later', async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(proxy)
    const side = await app.side()
    const near = testApp(broker, { config: { prefix: app.config.prefix } })
    const seen: string[] = []
    await near.engine.watchLive(({ events }) => seen.push(...events.map(({ id }) => id ?? '')))
    const away = new Promise<void>((resolve) => side.onError(() => resolve()))
    proxy.mode = 'refuse'
    proxy.cut()
    await away
    side.publish(batchOf('old'))
    proxy.mode = 'pass'
    await vi.waitFor(
      () => {
        side.publish(batchOf('new'))
        expect(seen).toContain('new')
      },
      { timeout: 15_000, interval: 100 },
    )
    expect(seen).not.toContain('old')
  })
})

function factsOf(id: string) {
  const counts = { concurrency: 1, active: 0, succeeded: 0, failed: 0, pid: 1, startedAt: 0 }
  return { id, name: id, host: 'h', version: '0', queues: [], tasks: [], ...counts }
}
