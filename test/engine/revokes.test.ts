import { describe, expect, test } from 'vitest'
import { BrokerLink } from '../../src/engine/connection/broker-link.js'
import { Revokes } from '../../src/engine/revokes/revokes.js'
import { JobDesk } from '../control/job-desk.js'
import { brokerOfFile } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const HOUR = 3_600_000
const WHY = { reason: 'not needed' }

const stateOf = (app: TestApp, id: string) => app.client.result(id).state()
const outcomes = async (app: TestApp) =>
  (await app.engine.revokes.list(100)).facts.map((fact) => ['id' in fact ? fact.id : fact.what, fact.outcome])

/** A link over which jobs move whenever something is read. */
class BusyLink extends BrokerLink {
  beforeRead = async () => {}

  override async read<T>(work: Parameters<typeof BrokerLink.prototype.read<T>>[0]): Promise<T> {
    await this.beforeRead()
    return super.read(work)
  }
}

describe('a revoke is a stored fact', () => {
  test('with what came of it, though no worker lives', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.succeed('done', 1)
    await desk.add('held')
    await desk.take()
    await desk.add('waits')
    // Of those of one millisecond, the last by name comes first.
    for (const id of ['done', 'held', 'waits', 'zero']) await app.engine.revokes.end(id, { ...WHY, by: 'me' })
    expect((await outcomes(app)).sort()).toEqual([
      ['done', 'too-late'],
      ['held', 'told'],
      ['waits', 'removed'],
      ['zero', 'unknown'],
    ])
    const { facts, total } = await app.engine.revokes.list(1)
    expect(total).toBe(4)
    expect(facts).toEqual([{ id: 'zero', outcome: 'unknown', reason: 'not needed', by: 'me', at: expect.any(Number) }])
    expect(Math.abs((facts[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000)
  })

  test('of a job whose task keeps no result, too', async () => {
    const app = testApp(broker)
    await app.redis.hset(app.keys.tasks, 'send', '{"queue":"default","ignoreResult":true}')
    await new JobDesk(app).add('a')
    expect(await app.engine.revokes.end('a', WHY)).toBe('removed')
    expect(await stateOf(app, 'a')).toBe('unknown')
    expect((await app.engine.revokes.list(9)).facts).toMatchObject([{ id: 'a', task: 'send', outcome: 'removed' }])
  })

  test('that a later one which came too late does not hide', async () => {
    const app = testApp(broker)
    await new JobDesk(app).add('a')
    await app.engine.revokes.end('a', WHY)
    expect(await app.engine.revokes.end('a', { reason: 'again' })).toBe('too-late')
    expect((await app.engine.revokes.list(9)).facts).toMatchObject([
      { id: 'a', outcome: 'removed', reason: 'not needed' },
    ])
  })

  test('whose damage hides no other', async () => {
    const app = testApp(broker)
    await app.engine.revokes.end('nobody', WHY)
    await app.redis.hset(app.keys.revokeFacts, 'broken', '{')
    await app.redis.zadd(app.keys.revokes, 1, 'broken', 2, 'missing')
    expect(await outcomes(app)).toEqual([['nobody', 'unknown']])
  })

  test.each(['"}', 'a\\b', '\u0000', '"outcome":"told"'])('whatever its reason says: %j', async (reason) => {
    const app = testApp(broker)
    await new JobDesk(app).add('a')
    await app.engine.revokes.end('a', { reason })
    expect((await app.engine.revokes.list(9)).facts).toMatchObject([{ id: 'a', outcome: 'removed', reason }])
  })
})

describe('the facts of revokes', () => {
  const leftMs = async (app: TestApp) => {
    const { revokes, revokeFacts, revokedAhead } = app.keys
    return Promise.all([revokes, revokeFacts, revokedAhead].map((key) => app.redis.pttl(key)))
  }

  test('live on with every revoke, and go when there are none any more', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await app.engine.revokes.endMatching({ matches: () => true }, WHY, 'all')
    await app.engine.revokes.end('nobody', WHY)
    for (const ms of await leftMs(app)) expect(ms).toBeGreaterThan(7 * 24 * HOUR)
    for (const key of [app.keys.revokes, app.keys.revokeFacts]) await app.redis.pexpire(key, 60_000)
    await desk.add('a')
    await app.engine.revokes.end('a', WHY)
    for (const ms of await leftMs(app)) expect(ms).toBeGreaterThan(7 * 24 * HOUR)
  })

  test('keep the beginning of a long reason: many ids are often revoked for one', async () => {
    const app = testApp(broker)
    await new JobDesk(app).add('a')
    await app.engine.revokes.end('a', { reason: 'x'.repeat(5000) })
    const [fact] = (await app.engine.revokes.list(1)).facts
    expect(fact?.reason).toBe(`${'x'.repeat(200)}…`)
    expect((await app.engine.jobs.find('a'))?.failure?.message.length).toBeGreaterThan(900)
  })
})

describe('many at once', () => {
  const all = { matches: () => true }

  test('end wherever they wait, and those that run are told', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.fail('again', HOUR)
    await desk.add('later', { delayMs: HOUR })
    await desk.add('other', { lane: 'mails~send' })
    for (let n = 0; n < 250; n++) await desk.add(`w${n}`)
    await app.engine.producer.add({ id: 'ranked', lane: 'ranks', task: 'send', data: '{}', delayMs: 0, priority: 3 })
    await desk.add('held', { lane: 'busy' })
    await desk.take('busy')
    const progress = await app.engine.revokes.endMatching(all, WHY, 'all')
    expect(progress).toEqual({ searched: 255, removed: 254, told: 1 })
    for (const id of ['again', 'later', 'other', 'ranked', 'w0', 'w249']) expect(await stateOf(app, id)).toBe('revoked')
    expect(await stateOf(app, 'held')).toBe('active')
    expect(await outcomes(app)).toEqual([['all', 'done']])
    expect((await app.engine.revokes.list(1)).facts).toMatchObject([{ what: 'all', ...progress }])
  })

  test('only those that match, of large payloads too', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    await desk.add('small', { args: ['x'] })
    await desk.add('large', { args: ['x'.repeat(20_000), 'needle'] })
    await desk.add('task', { task: 'other', args: ['needle'] })
    const match = {
      task: 'send',
      matches: ({ data = '', task }: { data?: string | undefined; task: string }) =>
        task === 'send' && data.includes('needle'),
    }
    expect(await app.engine.revokes.endMatching(match, WHY, 'needles')).toMatchObject({ removed: 1, told: 0 })
    expect(await stateOf(app, 'large')).toBe('revoked')
    expect(await stateOf(app, 'small')).toBe('queued')
  })

  test('miss none that move on meanwhile', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    const ids = Array.from({ length: 250 }, (_, n) => `j${n}`)
    for (const id of ids) await desk.add(id)
    await desk.consumer()
    const link = new BusyLink(app.broker, 5000)
    app.onClose(() => link.close())
    let reads = 0
    link.beforeRead = async () => {
      reads++
      if (reads % 20 !== 0 || reads > 160) return
      // One fails and waits for its next run, one goes back: both to where it has looked already.
      const { consumer, job } = await desk.take()
      await consumer.retry(job, { name: 'Error', message: 'no' }, HOUR, { fetchNext: false })
      const back = await desk.take()
      await back.consumer.giveBack(back.job)
    }
    const revokes = new Revokes(link, app.keys, app.engine.jobs)
    const { removed, told } = await revokes.endMatching(all, WHY, 'all')
    expect(reads).toBeGreaterThan(160)
    expect(removed + told).toBe(250)
    const states = await Promise.all(ids.map((id) => stateOf(app, id)))
    expect(states.filter((state) => state !== 'revoked')).toEqual([])
  })
})
