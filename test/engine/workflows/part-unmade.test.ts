import { describe, expect, test } from 'vitest'
import { partId } from '../../../src/task/names.js'
import { brokerOfFile } from '../../support/broker.js'
import { end } from '../../support/ledger.js'
import { testApp } from '../../support/test-app.js'
import { chainOf, PartDesk, task, W } from './part-desk.js'

const broker = brokerOfFile()
const FIRST = partId(W, 0)
const SECOND = partId(W, 1)

describe('a part that is no job yet', () => {
  test('is revoked where it waits for another, and is never made one', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(3))
    expect(await app.engine.revokes.end(SECOND, { reason: 'not needed' })).toBe('removed')
    expect(await app.client.result(SECOND).state()).toBe('revoked')
    expect(await desk.summary()).toMatchObject({
      ...{ state: 'failed', failed: 1, open: 1 },
      cause: { node: 1, failure: { code: 'TASKQ_JOB_REVOKED', message: 'the job was revoked: not needed' } },
    })
    expect((await desk.succeed(1)).move?.ready ?? []).toEqual([])
    expect((await app.engine.workflows.take(W, 10)).ready).toEqual([])
    expect(await desk.summary()).toMatchObject({ state: 'failed', done: 1, failed: 1, open: 0 })
    expect(await app.engine.revokes.end(SECOND, { reason: 'again' })).toBe('too-late')
    expect(await app.engine.revokes.end(`${W}~2`, { reason: 'again' })).toBe('too-late')
    expect(await app.redis.zcard(app.keys.revokedAhead)).toBe(0)
    expect((await app.engine.revokes.list(10)).facts).toContainEqual(
      expect.objectContaining({ id: SECOND, outcome: 'removed', reason: 'not needed' }),
    )
  })

  test('is revoked while somebody makes a job of it: that never runs', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    const move = await desk.create(chainOf(2))
    expect(move.ready.map(({ index }) => index)).toEqual([0])
    expect(await app.engine.revokes.end(FIRST, { reason: 'not needed' })).toBe('removed')
    expect(await app.redis.zrange(app.keys.revokedAhead, '0', '-1')).toEqual([FIRST])
    await desk.advance(move)
    expect(await app.redis.hget(app.keys.job('default', FIRST), 'defa')).toMatch(/^revoked: /)
    expect(await desk.summary()).toMatchObject({ state: 'failed', failed: 1, open: 0 })
  })

  test('of a wide group is left out when the others begin', async () => {
    const app = testApp(broker)
    const indexes = Array.from({ length: 60 }, (_, at) => at)
    const members = indexes.map((at) => task(at, `60.${at}`, `60.${at}`))
    const join = { kind: 'join', next: 'e', up: 'e', size: 60, allowFailures: true } as const
    const { move } = await app.engine.workflows.create({
      ...{ id: W, name: 'wide', shape: 0, total: 60, keepMs: 60_000, failKeepMs: 60_000 },
      ...{ nodes: [...members, { index: 60, node: join }], start: indexes.map((at) => `${at}` as const) },
    })
    expect(await app.engine.revokes.end(`${W}~57`, { reason: 'not needed' })).toBe('removed')
    expect(await app.redis.zcard(app.keys.revokedAhead)).toBe(0)
    const others = await app.engine.workflows.take(W, 60)
    const begun = [...move.ready, ...others.ready].map(({ index }) => index)
    expect(begun).toEqual(indexes.filter((at) => at !== 57))
    for (const node of begun) await end(app, W, node, 'd', node)
    expect(await app.engine.workflows.summary(W)).toMatchObject({ state: 'succeeded', done: 59, failed: 1, open: 0 })
  })
})
