import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { useApp } from '../../src/app/ambient.js'
import { App } from '../../src/app/app.js'
import { control } from '../../src/app/control.js'
import { schedules } from '../../src/app/schedules.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { JOB_PLACES } from '../../src/engine/jobs/job-summary.js'
import { defineTask } from '../../src/task/define-task.js'
import { noRedis } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'
import { type AclBroker, commandsOf, ROLES, type Role, startAclBroker } from './acl-broker.js'

const add = defineTask({ name: 'add', retries: 1 }, async (ctx, a: number, b: number) => {
  ctx.log.info({ a, b }, 'adding')
  await ctx.progress(0.5)
  return a + b
})
const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.reduce((all, one) => all + one, 0))
const parent = defineTask({ name: 'parent' }, async () => {
  await add.delay(1, 1)
  return add.delay(2, 2).then(({ id }) => id)
})
const limited = defineTask(
  { name: 'limited', rateLimit: '100/s', maxConcurrency: 2, rateKey: (n: number) => `k${n % 2}`, unique: true },
  (_, n: number) => n,
)
const keyed = defineTask(
  { name: 'keyed', maxConcurrency: 1, concurrencyKey: (n: number) => `k${n % 2}` },
  (_, n: number) => n,
)
const fails = defineTask({ name: 'fails', retries: 1 }, () => {
  throw new Error('as it was told to')
})
const large = defineTask({ name: 'large', resultTtl: '1m' }, () => 'x'.repeat(20_000))
const waits = defineTask(
  { name: 'waits' },
  (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))),
)
const TASKS = [add, sum, parent, limited, keyed, fails, large, waits]

const CONFIG = { prefix: 'taskq', worker: { lock: '1s', stallCheck: '200ms' } } as const
const appOf = (broker: AclBroker, role: Role): TestApp =>
  testApp({ url: broker.urlOf(role) }, { config: { ...CONFIG, broker: broker.urlOf(role) }, tasks: TASKS })

/** Has the control API work as a user of this role. */
function act(broker: AclBroker, role: Role): App {
  const value = { ...CONFIG, broker: broker.urlOf(role) }
  const app = App.of(resolveConfig({ root: process.cwd(), file: { path: 'test', value } }), {
    cwd: process.cwd(),
    env: {},
  })
  useApp(app)
  onTestFinished(() => app.close())
  return app
}

/** Enqueues in every way there is, and waits for what comes of it. */
async function produce({ client }: TestApp): Promise<void> {
  const enqueue = (task: string, args: readonly unknown[] = [], options = {}) => client.enqueue(task, args, options)
  const jobs = await Promise.all([
    enqueue('add', [1, 2]),
    enqueue('add', [1, 2], { countdown: 50, priority: 5, headers: { a: 1 } }),
    enqueue('add', [3, 4], { taskId: randomUUID(), expires: '1m' }),
    enqueue('limited', [1]),
    enqueue('limited', [2], { countdown: 20 }),
    enqueue('keyed', [1]),
    enqueue('keyed', [3]),
    enqueue('large'),
    enqueue('parent'),
  ])
  await client.enqueueMany('add', [
    [1, 1],
    [2, 2],
  ])
  await Promise.all(jobs.map((job) => job.get({ timeout: '20s' })))
  await chain(add.s(1, 1), add.s(1))
    .delay()
    .then((result) => result.get({ timeout: '20s' }))
  await chord([add.s(1, 1), add.s(2, 2)], sum.s())
    .delay()
    .then((result) => result.get({ timeout: '20s' }))
  await expect(enqueue('fails').then((job) => job.get({ timeout: '20s' }))).rejects.toThrow('as it was told to')
  const waiting = await enqueue('add', [1, 1], { countdown: '1h' })
  await waiting.revoke()
  expect(await waiting.state()).toBe('revoked')
  const running = await enqueue('waits')
  await expect.poll(() => running.state(), { timeout: 10_000 }).toBe('active')
  await running.revoke()
  await expect.poll(() => running.state(), { timeout: 10_000 }).toBe('revoked')
  await enqueue('unheard.of', [1])
  await enqueue('add', [1, 1], { unique: true, debounce: 30 }).catch(() => {})
  await enqueue('add', [5, 5], { unique: true })
  await jobs[0]?.forget()
}

/** Looks at everything. */
async function look(app: App): Promise<void> {
  const dashboard = await app.dashboard()
  const { workers } = await dashboard.overview()
  expect(workers.length).toBeGreaterThan(0)
  const pages = await Promise.all(JOB_PLACES.map((place) => dashboard.jobs({ place }, 20)))
  for (const { id } of pages.flatMap(({ rows }) => rows)) await dashboard.job(id)
  const { rows } = await dashboard.workflows(10)
  for (const { id } of rows) await dashboard.workflow(id)
  await dashboard.schedules()
  await control.overview()
  for (const report of [control.inspect.active, control.inspect.stats, control.inspect.registered]) await report()
  await control.inspect.scheduled()
  await control.inspect.revoked()
  await control.deadLetters.list()
  await schedules.list()
}

/** Does everything that operators can. */
async function operate(): Promise<void> {
  const watch = await control.events(() => {})
  expect((await control.inspect.ping({ timeout: '5s' })).answers.length).toBeGreaterThan(0)
  await control.poolGrow(1)
  await control.addQueue('more')
  await control.rateLimit('limited', '50/s')
  await control.rateLimit('limited', null)
  await control.maxConcurrency('limited', 1)
  await control.maxConcurrency('limited', null)
  await control.timeLimit('add', { hard: '1m' })
  await control.timeLimit('add', null)
  await control.pauseQueue('default')
  await control.resumeQueue('default')
  await control.deadLetters.retry({ task: 'fails' })
  const failed = async () => (await control.deadLetters.list({ task: 'fails' })).rows.length
  await expect.poll(failed, { timeout: 10_000 }).toBeGreaterThan(0)
  await control.deadLetters.drop({ all: true })
  await control.revoke('u_nobody')
  await control.purge({ queues: ['default'], scheduled: true })
  await schedules.add('digest', { task: 'add', args: [1, 1], every: '1h' })
  await schedules.pause('digest')
  await schedules.resume('digest')
  await schedules.run('digest')
  await schedules.preview('digest')
  await schedules.remove('digest')
  await watch.close()
}

describe('the users of docs/guides/security.md', () => {
  test('can do all that they are for, and nothing of it is refused', { timeout: 60_000 }, async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startAclBroker()
    const [workers, beats] = [appOf(broker, 'worker'), appOf(broker, 'beat')]
    // The one that is made last is who `delay()` calls.
    const producer = appOf(broker, 'producer')
    const unrefused = async (work: () => Promise<void>) => {
      const failure = await work().catch((error: Error) => error)
      // Says what is missing in the recipe.
      expect((await broker.refusals()).filter((refusal) => !OPTIONAL.test(refusal))).toEqual([])
      if (failure !== undefined) throw failure
    }
    await unrefused(async () => {
      const lost = await producer.client.enqueue('add', [9, 9])
      await takeAndVanish(workers, 'default')
      await workers.worker()
      expect(await lost.get({ timeout: '20s' })).toBe(18)
    })
    const slots = [
      entryOf({ name: 'often', task: 'add', args: [1, 1], schedule: { kind: 'interval', everyMs: 300, anchorMs: 0 } }),
      entryOf({ name: 'once', task: 'add', args: [2, 2], overlap: 'skip' }),
    ]
    await unrefused(async () => {
      const { events } = await startBeat(beats, slots)
      await events.count('slot.enqueued', 1)
    })
    await unrefused(() => produce(producer))
    // Tasks enqueue, too.
    await unrefused(() => produce(appOf(broker, 'worker')))
    await unrefused(() => look(act(broker, 'monitor')))
    await unrefused(() => look(act(broker, 'operator')))
    await unrefused(operate)
    await unrefused(() => workers.close())
  })

  test.for(ROLES)('%s can do nothing else', async (role, { skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startAclBroker()
    await broker.admin.set('another', 'secret')
    const redis = new Redis(broker.urlOf(role))
    onTestFinished(() => redis.disconnect())
    for (const command of FORBIDDEN) {
      const [name = '', ...args] = command.split(' ')
      await expect(redis.call(name, ...args), command).rejects.toThrow(/NOPERM|No permission|can't run/)
    }
    expect(await broker.admin.get('another')).toBe('secret')
  })

  test('who only looks can change nothing of the app', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startAclBroker()
    const redis = new Redis(broker.urlOf('monitor'))
    onTestFinished(() => redis.disconnect())
    const key = '{taskq}:default:x'
    for (const [name, ...args] of [
      ['set', key, 1],
      ['hset', key, 'a', 1],
      ['del', key],
      ['publish', '{taskq}~control', 'x'],
    ] as const) {
      await expect(redis.call(name, ...args.map(String)), name).rejects.toThrow('NOPERM')
    }
    await expect(redis.eval("return redis.call('SET', KEYS[1], 1)", 1, key)).rejects.toThrow(
      /NOPERM|can't run|permission/,
    )
  })

  test('may use every command that a script of taskq uses', () => {
    const allowed = new Set([...commandsOf('worker'), ...commandsOf('operator')])
    const used = new Set(
      scripts().flatMap((text) => [...text.matchAll(CALLED)].map(([, name]) => String(name).toLowerCase())),
    )
    expect(used.size).toBeGreaterThan(30)
    expect([...used].filter((name) => !allowed.has(name))).toEqual([])
  })
})

/** Asked where it is allowed; without it, taskq goes by INFO. ioredis tells its name to Redis 7.2 and later. */
const OPTIONAL = /config\|get$|client\|setinfo$/

const CALLED = /redis\.p?call\(\s*["']([A-Za-z]+)["']/g

/** Our own; what BullMQ has beside is run by the tests above. */
const scripts = (): string[] =>
  readdirSync('src/engine', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`src/engine/${file}`, 'utf8'))

const FORBIDDEN = [
  'flushall',
  'flushdb',
  'keys *',
  'scan 0',
  'config get requirepass',
  'config set maxmemory 1',
  'module list',
  'replicaof no one',
  'shutdown',
  'acl list',
  'client kill type normal',
  'client list',
  'get another',
  'del another',
  'subscribe others',
  'publish others x',

  'function list',
  'swapdb 0 1',
]
