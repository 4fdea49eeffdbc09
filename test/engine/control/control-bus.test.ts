import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Connection } from '../../../src/engine/connection/connection.js'
import { ControlListener, type OnCommand } from '../../../src/engine/control/control-listener.js'
import type { WorkerCommand } from '../../../src/engine/control/worker-command.js'
import { freePort } from '../../faults/kit/redis-server.js'
import { brokerOfFile } from '../../support/broker.js'
import { proxyTo } from '../../support/proxy.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const ping = { name: 'ping' } as const

/** Something that listens as a worker does, and answers so; returns what it heard. */
async function listenerOn(app: TestApp, id: string, answer?: OnCommand): Promise<WorkerCommand[]> {
  const heard: WorkerCommand[] = []
  const side = await app.side()
  await side.listen({ id, worker: `${id}@host` }, async (command) => {
    heard.push(command)
    return answer === undefined ? { ok: true, text: `did ${command.name}` } : answer(command)
  })
  return heard
}

const never: OnCommand = () => new Promise(() => {})

describe('a command', () => {
  test('is answered by each of those that are meant, and by no other', async () => {
    const app = testApp(broker)
    const [one, two, other] = await Promise.all(['one', 'two', 'other'].map((id) => listenerOn(app, id)))
    const sentAt = performance.now()
    const replies = await app.engine.command({ name: 'pool-grow', by: 3 }, ['one', 'two'], 10_000)
    expect(performance.now() - sentAt, 'the last answer ends it, not the time limit').toBeLessThan(5000)
    expect([...replies].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'one', worker: 'one@host', ok: true, text: 'did pool-grow' },
      { id: 'two', worker: 'two@host', ok: true, text: 'did pool-grow' },
    ])
    expect([one, two]).toEqual([[{ name: 'pool-grow', by: 3 }], [{ name: 'pool-grow', by: 3 }]])
    expect(other).toEqual([])
  })

  test('to nobody returns at once, also where there is no broker', async () => {
    const app = testApp({ url: `redis://127.0.0.1:${await freePort()}` })
    expect(await app.engine.command(ping, [], 10_000)).toEqual([])
  })

  test('has the answers of the others where one is silent, and ends at its time limit', async () => {
    const app = testApp(broker)
    await listenerOn(app, 'frozen', never)
    await listenerOn(app, 'alive')
    const sentAt = performance.now()
    const replies = await app.engine.command(ping, ['frozen', 'alive', 'gone'], 300)
    expect(replies.map(({ id }) => id)).toEqual(['alive'])
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(290)
  })

  test('brings data back, and a worker that fails at it says why', async () => {
    const app = testApp(broker)
    await listenerOn(app, 'a', async () => ({ ok: true, text: 'here', data: { prefix: 'x', list: [1] } }))
    await listenerOn(app, 'b', async () => {
      throw new Error('no such thing')
    })
    expect(await app.engine.command({ name: 'conf' }, ['a'], 5000)).toMatchObject([
      { data: { prefix: 'x', list: [1] } },
    ])
    expect(await app.engine.command({ name: 'conf' }, ['b'], 5000)).toEqual([
      { id: 'b', worker: 'b@host', ok: false, text: 'no such thing' },
    ])
  })

  test('is carried out after the one before it', async () => {
    const app = testApp(broker)
    const gate = Promise.withResolvers<void>()
    const heard = await listenerOn(app, 'one', async ({ name }) => {
      if (name === 'refresh') await gate.promise
      return { ok: true, text: name }
    })
    const first = app.engine.command({ name: 'refresh' }, ['one'], 10_000)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    const second = app.engine.command(ping, ['one'], 10_000)
    await sleep(50)
    expect(heard).toHaveLength(1)
    gate.resolve()
    expect(await Promise.all([first, second])).toMatchObject([[{ text: 'refresh' }], [{ text: 'ping' }]])
  })

  test('that was told to have no answer is not carried out later: whoever tries again would have it twice', async () => {
    const app = testApp(broker)
    const gate = Promise.withResolvers<void>()
    const heard = await listenerOn(app, 'busy', async ({ name }) => {
      if (name === 'refresh') await gate.promise
      return { ok: true, text: name }
    })
    const first = app.engine.command({ name: 'refresh' }, ['busy'], 10_000)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    expect(await app.engine.command({ name: 'pool-grow', by: 1 }, ['busy'], 100)).toEqual([])
    const again = app.engine.command({ name: 'pool-grow', by: 1 }, ['busy'], 10_000)
    gate.resolve()
    expect(await Promise.all([first, again])).toMatchObject([[{ text: 'refresh' }], [{ text: 'pool-grow' }]])
    expect(heard.map(({ name }) => name)).toEqual(['refresh', 'pool-grow'])
  })

  test('that comes too late by the clock of the broker is refused in words', async () => {
    const app = testApp(broker)
    const heard = await listenerOn(app, 'one')
    const [seconds] = await app.redis.time()
    const message = { v: 1, id: 'old', targets: ['one'], until: (Number(seconds) - 1) * 1000, command: ping }
    await app.redis.publish(app.keys.control, JSON.stringify(message))
    const stream = app.keys.replies('old')
    await vi.waitFor(async () => expect(await app.redis.xlen(stream)).toBe(1), 5000)
    const [[, [, reply = '']] = ['', []]] = await app.redis.xrange(stream, '-', '+')
    expect(JSON.parse(reply)).toMatchObject({ ok: false, text: expect.stringContaining('too late') })
    expect(heard).toEqual([])
  })

  test('for whose answers nobody waits is never too late', async () => {
    const app = testApp(broker)
    const heard = await listenerOn(app, 'one')
    expect(await app.engine.command({ name: 'refresh' }, ['one'], 0)).toEqual([])
    await vi.waitFor(() => expect(heard).toEqual([{ name: 'refresh' }]), 5000)
  })

  test('of a later taskq, or with values that cannot be, is refused in words', async () => {
    const app = testApp(broker)
    const heard = await listenerOn(app, 'one')
    const wrong = { name: 'pool-grow', by: 0 } as const
    const later = { name: 'teleport' } as never
    expect(await app.engine.command(wrong, ['one'], 5000)).toMatchObject([
      { ok: false, text: 'by: expected a whole number from 1 to 10000, got 0' },
    ])
    expect(await app.engine.command(later, ['one'], 5000)).toMatchObject([
      { ok: false, text: 'this worker\'s taskq knows no command "teleport"' },
    ])
    expect(heard).toEqual([])
  })

  test('has its consequences soon, also where the answer waits for the broker', async () => {
    const app = testApp(broker)
    const pipeline = { xadd: () => pipeline, pexpire: () => pipeline, exec: () => new Promise(() => {}) }
    const away = { pipeline: () => pipeline } as unknown as Connection
    const done = Promise.withResolvers<void>()
    const listener = new ControlListener(away, app.keys, { id: 'one', worker: 'one@host' }, async () => {
      return { ok: true, text: 'it shuts down', afterwards: done.resolve }
    })
    const subscription = await listener.open(app.broker, 5000)
    app.onClose(async () => subscription.close())
    const command = { name: 'shutdown' }
    await app.redis.publish(app.keys.control, JSON.stringify({ v: 1, id: 'x', targets: ['one'], command }))
    const late = sleep(4000, 'late')
    expect(await Promise.race([done.promise, late])).toBeUndefined()
  })

  test('leaves nothing behind: answers that nobody fetches have their time', async () => {
    const app = testApp(broker)
    await listenerOn(app, 'one')
    const stream = app.keys.replies('late')
    await app.redis.publish(app.keys.control, JSON.stringify({ v: 1, id: 'late', targets: ['one'], command: ping }))
    await vi.waitFor(async () => expect(await app.redis.xlen(stream)).toBe(1), 5000)
    expect(await app.redis.pttl(stream)).toBeGreaterThan(0)
    expect(await app.redis.pttl(stream)).toBeLessThanOrEqual(30_000)
  })
})

describe('what comes over the channel and is no command', () => {
  test.each([
    'no JSON',
    '',
    '[]',
    'null',
    '7',
    '{"v":1}',
    '{"v":2,"id":"x","targets":["one"],"command":{"name":"ping"}}',
    '{"v":1,"id":"x","targets":"one","command":{"name":"ping"}}',
    '{"v":1,"id":"../x","targets":["one"],"command":{"name":"ping"}}',
    '{"v":1,"id":"x","targets":["one"],"command":"ping"}',
    '{"v":1,"id":"x","targets":["one"],"until":"soon","command":{"name":"ping"}}',
    '{"v":1,"id":"x","targets":["one"],"command":{"name":["ping"]}}',
    `{"v":1,"id":"x","targets":["one"],"command":${'['.repeat(5000)}`,
  ])('is passed over: %.40s', async (text) => {
    const app = testApp(broker)
    const heard = await listenerOn(app, 'one')
    await app.redis.publish(app.keys.control, text)
    expect(await app.engine.command(ping, ['one'], 5000)).toHaveLength(1)
    expect(heard).toHaveLength(1)
    expect(await app.redis.exists(app.keys.replies('x'))).toBe(0)
  })

  test('is passed over among the answers, too', async () => {
    const app = testApp(broker)
    await listenerOn(app, 'one', async () => {
      const [stream = ''] = streams
      const stranger = JSON.stringify({ id: 'stranger', worker: 'x', ok: true, text: '' })
      for (const text of ['no JSON', '{"id":"one"}', stranger]) await app.redis.xadd(stream, '*', 'reply', text)
      return { ok: true, text: 'after all that' }
    })
    const streams: string[] = []
    const spy = app.redis.duplicate()
    app.onClose(async () => spy.disconnect())
    spy.on('message', (_, text: string) => streams.push(app.keys.replies((JSON.parse(text) as { id: string }).id)))
    await spy.subscribe(app.keys.control)
    expect(await app.engine.command(ping, ['one'], 5000)).toEqual([
      { id: 'one', worker: 'one@host', ok: true, text: 'after all that' },
    ])
  })
})

describe('an outage of the broker', () => {
  test('ends, and the worker hears again', async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(proxy)
    const heard = await listenerOn(app, 'one')
    proxy.mode = 'refuse'
    proxy.cut()
    await sleep(300)
    proxy.mode = 'pass'
    const direct = testApp(broker, { config: { prefix: app.config.prefix } })
    await vi.waitFor(async () => expect(await direct.engine.command(ping, ['one'], 500)).toHaveLength(1), 15_000)
    expect(heard.length).toBeGreaterThanOrEqual(1)
  })

  test('between question and answer: the answer is there after it', async () => {
    const proxy = await proxyTo(broker)
    const app = testApp(broker)
    const gate = Promise.withResolvers<void>()
    const heard = await listenerOn(app, 'one', async () => {
      await gate.promise
      return { ok: true, text: 'still here' }
    })
    const remote = testApp(proxy, { config: { prefix: app.config.prefix } })
    const replies = remote.engine.command({ name: 'refresh' }, ['one'], 10_000)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    proxy.cut()
    await sleep(100)
    gate.resolve()
    expect(await replies).toMatchObject([{ text: 'still here' }])
    expect(heard, 'it was sent once').toHaveLength(1)
  })

  test('at the start is told to the caller', async () => {
    const app = testApp({ url: `redis://127.0.0.1:${await freePort()}` }, { config: { enqueueTimeout: '300ms' } })
    expect(await rejection(app.engine.command(ping, ['one'], 1000))).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE' })
  })
})
