import { describe, expect, test } from 'vitest'
import { partId } from '../../../src/task/names.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'
import { chainOf, PartDesk, task, W } from './part-desk.js'

const broker = brokerOfFile()
const FIRST = { id: partId(W, 0), lane: 'default' }

describe('a part that is revoked', () => {
  test('while it waits fails the workflow, and calls whoever is told of failures', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    const onError = { index: 2, node: { kind: 'callback', next: '-', up: '-', task: 'told' }, call: 'told' } as const
    const guard = { index: 1, node: { kind: 'guard', targets: ['2'], up: 'e' } } as const
    await desk.begin([task(0, 'e', '1'), guard, onError])
    expect(await app.engine.revoke(FIRST, 'not needed')).toBe('removed')
    expect(await desk.summary()).toMatchObject({
      ...{ state: 'failed', failed: 1 },
      cause: { node: 0, failure: { code: 'TASKQ_JOB_REVOKED', message: 'the job was revoked: not needed' } },
    })
    expect(await (await app.side()).dueWorkflows()).toBe(true)
    expect(await app.engine.workflows.due(10)).toEqual([W])
    const cause = { node: 0, task: 'work', failure: { code: 'TASKQ_JOB_REVOKED' } }
    expect(await app.engine.workflows.take(W, 10)).toMatchObject({
      ready: [{ index: 2, call: 'told', input: { kind: 'failure', cause } }],
    })
  })

  test('while it runs fails the workflow when its run has ended', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(2))
    const { lane, job } = await desk.take()
    expect(await app.engine.revoke(FIRST, 'not needed')).toBe('told')
    expect(await desk.summary()).toMatchObject({ state: 'running', failed: 0 })
    await lane.bury(job, { name: 'TaskqError', message: 'revoked', code: 'TASKQ_JOB_REVOKED' }, { fetchNext: false })
    expect(await desk.summary()).toMatchObject({ state: 'failed', cause: { failure: { code: 'TASKQ_JOB_REVOKED' } } })
  })

  test('and keeps no result goes without a trace, and its workflow knows', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(2))
    await app.redis.hset(app.keys.tasks, 'work', JSON.stringify({ queue: 'default', ignoreResult: true }))
    expect(await app.engine.revoke(FIRST, 'not needed')).toBe('removed')
    expect(await app.redis.exists(app.keys.job('default', FIRST.id))).toBe(0)
    expect(await desk.summary()).toMatchObject({ state: 'failed' })
  })
})

describe('a failed part that runs again', () => {
  test('lets its workflow go on from there', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(3))
    await desk.advance((await desk.succeed(1)).move)
    await desk.bury()
    expect(await desk.summary()).toMatchObject({ state: 'failed', done: 1, failed: 1 })
    const retry = { call: 'one' }
    const id = partId(W, 1)
    expect(await app.engine.jobEdits.retry('default', [id], retry)).toEqual([1])
    expect(await app.engine.jobEdits.retry('default', [id], retry), 'sent again').toEqual([1])
    const running = await desk.summary()
    expect(running).toMatchObject({ state: 'running', done: 1, failed: 0 })
    expect(running?.cause).toBeUndefined()
    expect(await app.redis.pttl(app.keys.workflow(W)), 'it is kept').toBe(-1)
    await desk.advance((await desk.succeed(2)).move)
    await desk.succeed(3)
    expect(await desk.summary()).toMatchObject({ state: 'succeeded', done: 3, failed: 0 })
  })

  test('is known to be open again: it is mended, and revoked', async () => {
    const app = testApp(broker)
    const desk = new PartDesk(app)
    await desk.begin(chainOf(1))
    await desk.bury()
    await app.engine.jobEdits.retry('default', [FIRST.id])
    expect(await app.engine.workflows.openParts(W)).toEqual({ parts: [{ index: 0, lane: 'default' }] })
    expect(await app.engine.workflows.mend(W)).toEqual([])
    expect(await app.engine.revoke(FIRST, 'no')).toBe('removed')
    expect(await desk.summary()).toMatchObject({ state: 'failed', failed: 1 })
  })
})
