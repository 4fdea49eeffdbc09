import { describe, expect, it, vi } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { WorkflowFailedError } from '../../src/errors/workflow-failed-error.js'
import { defineTask } from '../../src/task/define-task.js'
import type { MemberResult, WorkflowProgress } from '../../src/task/workflow-result.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const add = defineTask({ name: 'wr.add' }, (_, a: number, b: number) => a + b)
const sum = defineTask({ name: 'wr.sum' }, (_, all: readonly number[]) => all.reduce((one, other) => one + other, 0))
const fail = defineTask({ name: 'wr.fail' }, (_, _value?: number): number => {
  throw new RangeError('out of paper')
})
const failOnce = defineTask({ name: 'wr.failOnce' }, (_, value: number): number => {
  if (broken) throw new Error('not yet')
  return value
})
const told: unknown[] = []
const tell = defineTask({ name: 'wr.tell' }, (_, ...args: unknown[]) => {
  told.push(args)
})
let gate: { readonly opened: Promise<void>; open(): void } | undefined
const hold = defineTask({ name: 'wr.hold' }, async ({ signal }, value: number) => {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  await Promise.race([gate?.opened, aborted])
  return value
})
let broken = true
const tasks = [add, sum, fail, failOnce, hold, tell]

/** Lets `hold` go on when it is opened. */
function newGate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = { opened: promise, open: resolve }
  return gate
}

describe('the result of a workflow', () => {
  it('is what the last link of a chain comes to', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(3), add.s(4)).delay()
    expect(await result.get({ timeout: '10s' })).toBe(10)
    expect(await result.state()).toBe('succeeded')
    expect(await result.counts()).toEqual({ done: 3, failed: 0, total: 3 })
  })

  it('is the list of the results of a group, in order', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await group([add.s(1, 1), add.s(2, 2), add.s(3, 3)]).delay()
    expect(await result.get({ timeout: '10s' })).toEqual([2, 4, 6])
  })

  it('is what the body of a chord comes to', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chord([add.s(1, 1), add.s(2, 2)], sum.s()).delay()
    expect(await result.get({ timeout: '10s' })).toBe(6)
  })

  it('is the failure of the job that failed, with its id and its place', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 2), fail.s(), add.s(4)).delay()
    const error = await result.get({ timeout: '10s' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkflowFailedError)
    expect(error).toMatchObject({
      message: `wr.add → wr.fail → wr.add (${result.id}) failed in wr.fail (${result.id}~1): RangeError: out of paper`,
      data: { jobId: result.id, workflow: 'wr.add → wr.fail → wr.add', task: 'wr.fail', failedJobId: `${result.id}~1` },
      rootCause: { task: 'wr.fail', name: 'RangeError', message: 'out of paper' },
    })
  })
})

describe('the members of a group', () => {
  it('are told of as they come in, with their places', async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 4 } })
    const held = newGate()
    const result = await group([hold.s(1), add.s(2, 2), add.s(3, 3)]).delay()
    const seen: MemberResult[] = []
    for await (const member of result.iter({ timeout: '10s' })) {
      seen.push(member)
      if (seen.length === 2) held.open()
    }
    expect(
      seen
        .map(({ index }) => index)
        .slice(0, 2)
        .sort(),
    ).toEqual([1, 2])
    expect(seen[2]).toEqual({ index: 0, status: 'succeeded', value: 1 })
  })

  it('are told of as failed where they fail, and the others still', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chord([add.s(1, 1), fail.s(7)], sum.s()).delay()
    const seen: MemberResult[] = []
    for await (const member of result.iter({ timeout: '10s' })) seen.push(member)
    expect(seen.toSorted((one, other) => one.index - other.index)).toMatchObject([
      { index: 0, status: 'succeeded', value: 2 },
      { index: 1, status: 'failed', error: { task: 'wr.fail', name: 'RangeError' } },
    ])
    await expect(result.get({ timeout: '10s' })).rejects.toMatchObject({
      failure: { name: 'ChordError', code: 'TASKQ_WORKFLOW_CHORD', cause: { name: 'RangeError' } },
    })
  })

  it('are none where there is no group', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 1), add.s(2)).delay()
    await expect(result.iter().next()).rejects.toThrow('has no group with members')
  })

  it('that never begin end it with the error of the workflow', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(fail.s(1), group([add.s(1), add.s(2)])).delay()
    await expect(result.iter({ timeout: '10s' }).next()).rejects.toMatchObject({ rootCause: { task: 'wr.fail' } })
  })

  it('keep an error of each where failures are let be', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await group([add.s(1, 1), fail.s(1)], { allowFailures: true }).delay()
    expect(await result.get({ timeout: '10s' })).toMatchObject([
      { status: 'succeeded', value: 2 },
      { status: 'failed', error: { task: 'wr.fail', message: 'out of paper', id: `${result.id}~2` } },
    ])
  })
})

describe('the handle of a workflow', () => {
  it('tells how far it is', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(3), add.s(4), add.s(5)).delay()
    let last: WorkflowProgress | undefined
    for await (const counts of result.progress({ timeout: '10s' })) last = counts
    expect(last).toEqual({ done: 4, failed: 0, total: 4 })
  })

  it('draws its tree', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(group([add.s(1, 2), fail.s()]), sum.s().link(tell.si()), add.s(3)).delay()
    await result.get({ timeout: '10s' }).catch(() => {})
    const tree = await result.tree()
    expect(tree).toMatchObject({ kind: 'chain', state: 'failed', id: result.id })
    expect(String(tree)).toContain('wr.fail')
    expect(tree.parts?.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed'])
  })

  it('draws what waits, what runs and what is called after it', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const held = newGate()
    const canvas = chain(hold.s(1).link(tell.s()), group([add.s(1), add.s(2)]).onError(tell.s()), sum.s())
    const result = await canvas.delay()
    await until(async () => (await app.client.result(`${result.id}~0`).state()) === 'active')
    const tree = await result.tree()
    expect(tree).toMatchObject({
      state: 'active',
      parts: [
        { kind: 'task', task: 'wr.hold', state: 'active', parts: [{ role: 'link', state: 'blocked' }] },
        { kind: 'group', state: 'blocked' },
        { kind: 'task', task: 'wr.sum', state: 'blocked' },
      ],
    })
    held.open()
    expect(await result.get({ timeout: '10s' })).toBe(5)
    const later = await result.tree()
    expect(later).toMatchObject({ state: 'succeeded', parts: [{}, { state: 'succeeded' }, { state: 'succeeded' }] })
    expect(String(later)).not.toContain('on error')
  })

  it('draws the first of many members, and counts all', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await group(Array.from({ length: 50 }, (_, at) => add.s(at, 1))).delay()
    await result.get({ timeout: '10s' })
    const tree = await result.tree()
    expect(tree).toMatchObject({ kind: 'group', more: 30, progress: { done: 50, failed: 0, total: 50 } })
    expect(tree.parts).toHaveLength(20)
  })
})

describe('the handles of a workflow and its parts', () => {
  it('is found again by its id, and so are its parts', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const { id } = await chain(add.s(1, 2), add.s(3)).delay()
    const found = app.client.result<number>(id)
    expect(await found.get({ timeout: '10s' })).toBe(6)
    const children = await found.children()
    expect(children.map((child) => child.id)).toEqual([`${id}~0`, `${id}~1`])
    expect(await Promise.all(children.map((child) => child.get()))).toEqual([3, 6])
    expect((await children[0]?.parent())?.id).toBe(id)
  })

  it('waits for parts that are no jobs yet', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const held = newGate()
    const { id } = await chain(hold.s(2), add.s(3)).delay()
    const second = app.client.result(`${id}~1`)
    expect(await second.state()).toBe('blocked')
    const end = second.get({ timeout: '10s' })
    held.open()
    expect(await end).toBe(5)
  })

  it('says of a part that will not run why', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(fail.s(2), add.s(3)).delay()
    const second = app.client.result(`${result.id}~1`)
    await expect(second.get({ timeout: '10s' })).rejects.toMatchObject({
      failure: { code: 'TASKQ_WORKFLOW_UPSTREAM', cause: { name: 'RangeError' } },
    })
    expect(await second.state()).toBe('failed')
  })

  it('says of a body of which the header failed that it is why', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chord([add.s(1, 1), fail.s(2)], sum.s()).delay()
    await result.get({ timeout: '10s' }).catch(() => {})
    const bodies = (await result.children()).slice(-1)
    await expect(bodies[0]?.get({ timeout: '10s' })).rejects.toMatchObject({
      failure: { name: 'ChordError', code: 'TASKQ_WORKFLOW_CHORD', cause: { message: 'out of paper' } },
    })
  })

  it('revokes what no worker has taken', async () => {
    const app = testApp(broker, { tasks })
    const result = await group([add.s(1, 1), add.s(2, 2)]).delay()
    expect(await result.revoke()).toBe('removed')
    await expect(result.get({ timeout: '10s' })).rejects.toMatchObject({ code: 'TASKQ_JOB_REVOKED' })
    const states = (await result.children()).map((child) => child.state())
    expect(await Promise.all(states)).toEqual(['revoked', 'revoked'])
    expect(await app.client.result('w_nobody').revoke()).toBe('unknown')
    await expect(app.client.result('w_nobody').children()).rejects.toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
    expect(await result.retry()).toBe(false)
  })

  it('says no to waits that are none', async () => {
    testApp(broker, { tasks })
    const result = await group([add.s(1, 1)]).delay()
    expect(() => result.iter({ timeout: 'soon' as '1s' })).toThrow('iter: timeout')
    await expect(result.get({ timeout: -1 })).rejects.toThrow('get: timeout')
    await expect(result.iter({ timeout: 20 }).next()).rejects.toMatchObject({ code: 'TASKQ_RESULT_TIMEOUT' })
    expect(await result.iter({ signal: AbortSignal.abort() }).next()).toMatchObject({ done: true })
  })

  it('revokes all that has not run', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    newGate()
    const result = await chain(hold.s(1), add.s(1)).delay()
    await until(async () => (await app.client.result(`${result.id}~0`).state()) === 'active')
    expect(await result.revoke({ reason: 'changed my mind' })).toBe('told')
    await expect(result.get({ timeout: '10s' })).rejects.toMatchObject({ code: 'TASKQ_JOB_REVOKED' })
    expect(await result.state()).toBe('revoked')
    expect(await app.client.result(`${result.id}~1`).state()).toBe('revoked')
    expect(await result.revoke()).toBe('too-late')
  })

  it('runs what failed again, and goes on from there', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    broken = true
    const result = await chain(add.s(1, 1), failOnce.s(), add.s(5)).delay()
    await expect(result.get({ timeout: '10s' })).rejects.toMatchObject({ rootCause: { task: 'wr.failOnce' } })
    broken = false
    expect(await result.retry()).toBe(true)
    expect(await result.get({ timeout: '10s' })).toBe(7)
    expect(await result.counts()).toEqual({ done: 3, failed: 0, total: 3 })
    expect(await result.retry()).toBe(false)
  })

  it('forgets what is over, and nothing else', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const held = newGate()
    const result = await chain(hold.s(1), add.s(1)).delay()
    expect(await result.forget()).toBe(false)
    held.open()
    await result.get({ timeout: '10s' })
    expect(await result.forget()).toBe(true)
    expect(await result.state()).toBe('unknown')
    expect(await app.client.result(`${result.id}~1`).state()).toBe('unknown')
    await expect(result.get()).rejects.toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
  })

  it('says that it is not done in time', async () => {
    testApp(broker, { tasks })
    const result = await chain(add.s(1, 2), add.s(3)).delay()
    await expect(result.get({ timeout: 50 })).rejects.toMatchObject({ code: 'TASKQ_RESULT_TIMEOUT' })
  })
})

async function until(isThere: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isThere()).toBe(true), { timeout: 10_000, interval: 20 })
}
