import { createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createViewer } from '../../src/codec/viewer.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { readJob } from '../../src/control/job-report.js'
import { actOnJobs } from '../../src/control/jobs-actions.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { readJobs } from '../../src/control/jobs-list.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const SECRET = 'hunter2-canary'
const key = (id: string) => ({ id, key: Buffer.alloc(32, id).toString('base64') })
const ENCRYPT = { encrypt: { keys: [key('k1')] } }
const SIGN = { sign: { keys: [key('s1')] } }

const echo = (name: string) =>
  defineTask({ name }, async (ctx, value: unknown) => {
    await ctx.progress({ got: value })
    return value
  })

/** All that an app has in the broker, as one text. */
async function allStored({ redis, config }: TestApp): Promise<string> {
  const texts: string[] = []
  for (const name of await redis.keys(`*${config.prefix}*`)) {
    const type = await redis.type(name)
    if (type === 'hash') texts.push(JSON.stringify(await redis.hgetall(name)))
    if (type === 'string') texts.push((await redis.get(name)) ?? '')
    if (type === 'stream') texts.push(JSON.stringify(await redis.xrange(name, '-', '+')))
    if (type === 'list') texts.push(JSON.stringify(await redis.lrange(name, 0, -1)))
  }
  return texts.join('\n')
}

/** Another process of the same app, with another config. */
function sameAppWith(app: TestApp, codec: TaskqConfig['codec'], tasks: Parameters<typeof testApp>[1] = {}): TestApp {
  return testApp(broker, { ...tasks, config: { prefix: app.config.prefix, ...(codec !== undefined && { codec }) } })
}

describe('types', () => {
  const value = {
    at: new Date(5),
    big: 10n ** 30n,
    map: new Map([[{ a: 1 }, new Set(['x'])]]),
    bytes: Buffer.from('ab'),
    raw: new Uint8Array([1]),
    url: new URL('https://example.com/a'),
    $date: 'a text',
  }

  test('travel to the task and back, and are shown as JSON', async () => {
    const task = echo('typed')
    const app = testApp(broker, { tasks: [task], config: { codec: { types: true } } })
    await app.worker()
    const result = await task.delay(value)
    expect(await result.get()).toStrictEqual(value)
    const viewer = createViewer(app.config)
    expect((await readJob(app.engine, result.id, viewer))?.result).toMatchObject({
      big: '1000000000000000000000000000000',
    })
    const detail = await readJobDetail(app.engine, result.id, viewer)
    expect(detail?.argsJson).toContain('"at":"1970-01-01T00:00:00.005Z"')
    expect(detail?.resultJson).toContain('"url":"https://example.com/a"')
  })

  test('travel where the task alone says so, and large results with them', async () => {
    const task = defineTask({ name: 'typed', codec: { types: true } }, async (_, at: Date) => ({
      at,
      pad: 'x'.repeat(9000),
    }))
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    const result = await task.delay(new Date(7))
    expect(await result.get()).toEqual({ at: new Date(7), pad: 'x'.repeat(9000) })
    expect(await app.redis.exists(app.keys.result(result.id))).toBe(1)
  })

  test('are refused where they are off, before anything is sent', async () => {
    const app = testApp(broker)
    expect(await rejection(app.client.enqueue('any', [new Date()]))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    expect(await app.redis.keys(`*${app.config.prefix}*default:wait`)).toEqual([])
  })
})

describe('encryption', () => {
  test('leaves no secret in the broker, and the job runs', async () => {
    const task = echo('secret')
    const app = testApp(broker, { tasks: [task], config: { codec: ENCRYPT } })
    const queued = await task.delay({ word: SECRET })
    expect(await allStored(app)).not.toContain(SECRET)
    await app.worker()
    expect(await queued.get()).toEqual({ word: SECRET })
    const large = await task.delay(SECRET.repeat(2000))
    expect(await large.get()).toBe(SECRET.repeat(2000))
    expect(await allStored(app)).not.toContain(SECRET)
    const job = await readJob(app.engine, queued.id, createViewer(app.config))
    expect(job).toMatchObject({ result: { word: SECRET }, progress: { got: { word: SECRET } } })
  })

  test('is shown only to those who have the key, who see why', async () => {
    const task = echo('secret')
    const app = testApp(broker, { tasks: [task], config: { codec: ENCRYPT } })
    await app.worker()
    const { id } = await (async () => {
      const handle = await task.delay({ word: SECRET, password: 'p' })
      await handle.get()
      return handle
    })()
    const shown = await readJobDetail(app.engine, id, createViewer(app.config))
    expect(shown).toMatchObject({ argsJson: `[{"word":"${SECRET}","password":"***"}]` })
    const other = sameAppWith(app, undefined)
    const viewer = createViewer(other.config)
    const hidden = await readJobDetail(other.engine, id, viewer)
    expect(hidden?.argsJson).toBe('[not shown: the key k1 is not in this config]')
    expect(JSON.stringify(hidden)).not.toContain(SECRET)
    const { rows } = await readJobs(other.engine, { place: 'succeeded', text: SECRET }, 10, viewer)
    expect(rows).toEqual([])
    expect(await rejection(other.client.result(id).get())).toMatchObject({
      code: 'TASKQ_PAYLOAD_KEY_MISSING',
      data: { keyId: 'k1' },
    })
  })

  test('with a key that the worker lacks waits for a worker that has it', async () => {
    const task = echo('secret')
    const app = testApp(broker, { tasks: [task], config: { codec: { encrypt: { keys: [key('k2'), key('k1')] } } } })
    const handle = await task.delay('x')
    const old = sameAppWith(app, ENCRYPT, { tasks: [task] })
    const { events, worker } = await old.worker()
    expect(await events.waitFor('job.postponed')).toMatchObject({
      reason: 'this worker does not have the key "k2"; taskq revoke ends it',
    })
    await worker.stop()
    expect(await handle.ready()).toBe(false)
    await actOnJobs(app.engine, 'promote', [handle.id])
    await app.worker()
    expect(await handle.get()).toBe('x')
  })

  test('reads plain jobs of before, and goes on through a rotation', async () => {
    const task = echo('secret')
    const app = testApp(broker, { tasks: [task] })
    const plain = await task.delay('plain')
    const first = await sameAppWith(app, ENCRYPT).client.enqueue('secret', ['first'])
    const both = sameAppWith(app, { encrypt: { keys: [key('k2'), key('k1')] } }, { tasks: [task] })
    const second = await both.client.enqueue('secret', ['second'])
    await both.worker()
    for (const [handle, value] of [
      [plain, 'plain'],
      [first, 'first'],
      [second, 'second'],
    ] as const)
      expect(await both.client.result(handle.id).get()).toBe(value)
  })

  test('of a job that was put into another one is refused, and not run', async () => {
    const ran: unknown[] = []
    const task = defineTask({ name: 'pay', retries: 3 }, async (_, who: string) => void ran.push(who))
    const app = testApp(broker, { tasks: [task], config: { codec: ENCRYPT } })
    const [mine, theirs] = [await task.delay('mine'), await task.delay('theirs')]
    const data = await app.redis.hget(app.keys.job('default', mine.id), 'data')
    await app.redis.hset(app.keys.job('default', theirs.id), 'data', data ?? '')
    await app.worker()
    expect(await rejection(theirs.get())).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_REFUSED' } })
    await mine.get()
    expect(ran).toEqual(['mine'])
  })

  test('that a task asks for needs keys, when a worker starts and when a job is enqueued', async () => {
    const task = defineTask({ name: 'secret', codec: { encrypt: true } }, async () => {})
    const app = testApp(broker, { tasks: [task] })
    expect(await rejection(task.delay())).toMatchObject({ code: 'TASKQ_PAYLOAD_KEY_MISSING' })
    expect(await rejection(app.worker())).toMatchObject({
      code: 'TASKQ_CONFIG_INVALID',
      message: 'codec.encrypt: expected keys for secret, got nothing',
    })
  })
})

describe('signing', () => {
  test.each([
    ['without a signature', () => '{"v":1,"args":["evil"]}'],
    ['with changed arguments', (data: string) => data.replace('"good"', '"evil"')],
    ['with more retries', (data: string) => data.replace('"retries":0', '"retries":9')],
  ])('lets no job run %s', async (_, change) => {
    const ran: unknown[] = []
    const task = defineTask({ name: 'pay', retries: 2 }, async (_ctx, who: string) => void ran.push(who))
    const app = testApp(broker, { tasks: [task], config: { codec: SIGN } })
    const forged = await task.applyAsync(['good'], { retries: 0 })
    const good = await task.delay('good')
    const job = app.keys.job('default', forged.id)
    const data = (await app.redis.hget(job, 'data')) ?? ''
    expect(change(data)).not.toBe(data)
    await app.redis.hset(job, 'data', change(data))
    const { events } = await app.worker()
    expect(await rejection(forged.get())).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_REFUSED' } })
    await good.get()
    expect(ran).toEqual(['good'])
    expect(events.of('job.retried')).toEqual([])
    expect(await forged.failed()).toBe(true)
    await actOnJobs(app.engine, 'retry', [forged.id])
    await events.count('job.dead-lettered', 2)
    expect(ran).toEqual(['good'])
  })

  test('of the task’s name keeps a job from being another task’s', async () => {
    const ran: string[] = []
    const mail = defineTask({ name: 'mail' }, async () => void ran.push('mail'))
    const wipe = defineTask({ name: 'wipe' }, async () => void ran.push('wipe'))
    const app = testApp(broker, { tasks: [mail, wipe], config: { codec: SIGN } })
    const handle = await mail.delay()
    await app.redis.hset(app.keys.job('default', handle.id), 'name', 'wipe')
    await app.worker()
    expect(await rejection(handle.get())).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_REFUSED' } })
    expect(ran).toEqual([])
  })

  test('refuses a forged result', async () => {
    const task = echo('pay')
    const app = testApp(broker, { tasks: [task], config: { codec: SIGN } })
    await app.worker()
    const handle = await task.delay('paid')
    expect(await handle.get()).toBe('paid')
    await app.redis.hset(app.keys.job('default', handle.id), 'returnvalue', '{"value":"unpaid"}')
    expect(await rejection(handle.get())).toMatchObject({ code: 'TASKQ_PAYLOAD_REFUSED' })
    const shown = await readJob(app.engine, handle.id, createViewer(app.config))
    expect(shown?.result).toBe('[the result has no signature]')
  })

  test('can be introduced while jobs without a signature wait', async () => {
    const task = echo('pay')
    const app = testApp(broker, { tasks: [task] })
    const old = await task.delay('old')
    const lenient = sameAppWith(app, { sign: { ...SIGN.sign, required: false } }, { tasks: [task] })
    await lenient.worker()
    expect(await lenient.client.result(old.id).get()).toBe('old')
  })
})

test('a later call whose payload takes the place of the first is read as its own', async () => {
  const ran: string[] = []
  const task = defineTask(
    { name: 'index', debounce: { wait: '100ms' } },
    async (_, text: string) => void ran.push(text),
  )
  const app = testApp(broker, { tasks: [task], config: { codec: { ...ENCRYPT, ...SIGN } } })
  const first = await task.delay('first')
  const later = await task.delay('later')
  expect(later.id).toBe(first.id)
  expect((await readJobDetail(app.engine, first.id, createViewer(app.config)))?.argsJson).toBe('["later"]')
  await app.worker()
  await later.get()
  expect(ran).toEqual(['later'])
})

describe('secrets', () => {
  test('in what a task logs are masked in the worker’s log and in the job’s own', async () => {
    class Login {
      password = SECRET
    }
    const cycle: Record<string, unknown> = { token: SECRET }
    cycle.self = cycle
    const task = defineTask({ name: 'login' }, async (ctx) => {
      ctx.log.info({ user: 'ada', password: SECRET, pin: SECRET, nested: [{ token: SECRET }] }, 'in')
      ctx.log.warn({ login: new Login() }, 'out')
      ctx.log.info(cycle, 'round')
    })
    const app = testApp(broker, { tasks: [task], config: { redact: ['pin'] } })
    const { lines } = await app.worker()
    const handle = await task.delay()
    await handle.get()
    expect(lines[0]?.fields).toEqual({ user: 'ada', password: '***', pin: '***', nested: [{ token: '***' }] })
    expect(lines[2]?.fields).toMatchObject({ token: '***' })
    expect(JSON.stringify(lines.slice(0, 2))).not.toContain(SECRET)
    expect(await allStored(app)).not.toContain(SECRET)
  })

  test('in a thrown value that is no Error are masked', async () => {
    const task = defineTask({ name: 'login' }, async () => {
      throw { code: 7, password: SECRET }
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await rejection((await task.delay()).get())).toMatchObject({
      failure: { message: expect.stringContaining('{"code":7,"password":"***"}') },
    })
    expect(await allStored(app)).not.toContain(SECRET)
  })

  test('that are keys of the config are shown by nobody who prints it', async () => {
    const { inspect } = await import('node:util')
    const app = testApp(broker, { config: { codec: { ...ENCRYPT, ...SIGN } } })
    const [first] = app.config.codec.encryptKeys
    expect(first?.key.equals(createSecretKey(Buffer.alloc(32, 'k1')))).toBe(true)
    const texts = [inspect(app.config.codec, { depth: 9, showHidden: true }), JSON.stringify(app.config)]
    for (const text of texts) {
      expect(text).not.toContain(key('k1').key)
      expect(text).not.toContain(Buffer.alloc(32, 'k1').toString('hex'))
    }
  })
})
