import { expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { retryThose } from '../../src/control/dead/dead-letters.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { revokeJobs } from '../../src/control/revoke-jobs.js'
import { actOnWorkflows } from '../../src/control/workflows/act-on-workflows.js'
import { readWorkflow, readWorkflows, readWorkflowsStatus } from '../../src/control/workflows/read-workflows.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** An app with a task that fails until it is mended. */
function shop() {
  const mended = { is: false }
  const pay = defineTask({ name: 'pay' }, (_, order: string) => order)
  const send = defineTask({ name: 'send' }, (_, order: string) => {
    if (!mended.is) throw new TypeError('fetch failed')
    return `${order} sent`
  })
  const count = defineTask({ name: 'count' }, (_, all: string[]) => all.length)
  const app = testApp(broker, { tasks: [pay, send, count] })
  const mend = () => {
    mended.is = true
  }
  return { app, pay, send, count, mend }
}

const UNKNOWN = 'w_nobody'

test('workflows are listed newest first, with how far they are and what made them fail', async () => {
  const { app, pay, send, count } = shop()
  await app.worker()
  const album = await chord([pay.s('a'), pay.s('b'), pay.s('c')], count.s()).applyAsync({ name: 'album' })
  expect(await album.get()).toBe(3)
  const order = await chain(pay.s('o_1'), send.s(), pay.s()).applyAsync({ taskId: 'o_1' })
  await expect(order.get()).rejects.toThrow('fetch failed')
  const { rows, total } = await readWorkflows(app.engine, 10)
  expect(total).toBe(2)
  expect(rows).toMatchObject([
    {
      ...{ id: 'w_u_o_1', name: 'pay → send → pay', state: 'failed', done: 1, failed: 1, total: 3 },
      cause: { id: 'w_u_o_1~1', task: 'send', error: 'TypeError: fetch failed' },
    },
    { id: album.id, name: 'album', state: 'succeeded', done: 4, failed: 0, total: 4 },
  ])
  expect((await readWorkflows(app.engine, 1)).rows).toHaveLength(1)
  expect(await readWorkflowsStatus(app.engine, 5)).toMatchObject({
    counts: { running: 0, succeeded: 1, failed: 1, revoked: 0, total: 2 },
    newest: [{ id: 'w_u_o_1' }, { name: 'album' }],
  })
})

test('where there are no workflows, none are counted', async () => {
  const { app } = shop()
  expect(await readWorkflowsStatus(app.engine, 5)).toEqual({
    counts: { running: 0, succeeded: 0, failed: 0, revoked: 0, total: 0 },
    newest: [],
  })
})

test('all of a workflow is its tree, line by line; a job of it names it', async () => {
  const { app, pay, send, count } = shop()
  await app.worker()
  const made = await chain(chord([pay.s('a'), send.s('b')], count.s()), pay.si('c')).applyAsync({ name: 'nested' })
  await expect(made.get()).rejects.toThrow('fetch failed')
  const detail = await readWorkflow(app.engine, made.id)
  expect(detail).toMatchObject({ name: 'nested', state: 'failed' })
  const lines = detail?.lines.map(({ stem, label, state, note = '' }) => `${stem}${label} ${state} ${note}`.trimEnd())
  expect(lines?.join('\n')).toMatch(/group of 2 failed +1 succeeded, 1 failed/)
  expect(lines?.join('\n')).toMatch(/─ count failed never ran/)
  const failed = detail?.lines.find(({ error }) => error !== undefined)
  expect(failed).toMatchObject({ label: 'send', error: 'TypeError: fetch failed' })
  expect(await readJobDetail(app.engine, failed?.id ?? '', plainViewer([]))).toMatchObject({ workflow: made.id })
  expect(await readWorkflow(app.engine, UNKNOWN)).toBeUndefined()
})

test('a retried workflow goes on from its failed jobs; one that has none, or is none, is refused', async () => {
  const { app, pay, send, mend } = shop()
  await app.worker()
  const good = await chain(pay.s('a'), pay.s()).delay()
  await good.get()
  const order = await chain(pay.s('o_1'), send.s(), pay.s()).delay()
  await expect(order.get()).rejects.toThrow('fetch failed')
  expect(await retryThose(app.engine, [order.id], { dryRun: true })).toMatchObject({ done: 1, dryRun: true })
  mend()
  const report = await actOnWorkflows(app.engine, 'retry', [order.id, good.id, UNKNOWN], 'a test')
  expect(report).toEqual({
    done: 1,
    refused: [
      { what: good.id, why: 'none of its jobs has failed' },
      { what: UNKNOWN, why: 'there is no such workflow' },
    ],
    text: '1 job of 1 workflow runs again',
  })
  expect(await order.get()).toBe('o_1 sent')
})

test("dead letters run again by their workflow's id beside jobs by their own", async () => {
  const { app, send, mend } = shop()
  await app.worker()
  const alone = await send.delay('a')
  const order = await chain(send.s('o_1'), send.s()).delay()
  await expect(alone.get()).rejects.toThrow('fetch failed')
  await expect(order.get()).rejects.toThrow('fetch failed')
  mend()
  expect(await retryThose(app.engine, [alone.id, order.id, 'nobody'], { by: 'a test' })).toMatchObject({
    done: 2,
    refused: [{ what: 'nobody', why: 'there is no such job' }],
    text: '2 jobs run again',
  })
  expect(await order.get()).toBe('o_1 sent sent')
})

test('a revoked workflow starts nothing more, and does not run again', async () => {
  const { app, pay, send } = shop()
  const order = await chain(pay.s('o_1'), send.s()).delay()
  const other = await chain(pay.s('o_2'), send.s()).delay()
  const request = { reason: 'wrong customer' }
  expect(await revokeJobs(app.engine, [order.id, UNKNOWN], request)).toEqual([
    { id: order.id, outcome: 'removed' },
    { id: UNKNOWN, outcome: 'unknown' },
  ])
  expect(await actOnWorkflows(app.engine, 'revoke', [other.id, order.id], 'a test')).toMatchObject({
    done: 1,
    refused: [{ what: order.id, why: 'it has ended' }],
    text: '1 workflow was revoked',
  })
  expect(await actOnWorkflows(app.engine, 'retry', [order.id], 'a test')).toMatchObject({
    refused: [{ why: 'it was revoked' }],
  })
  const { rows } = await readWorkflows(app.engine, 10)
  expect(rows).toMatchObject([{ state: 'revoked' }, { state: 'revoked', reason: 'wrong customer' }])
})

test('of a group of a thousand the first are drawn, and the others counted', async () => {
  const { app, pay, count } = shop()
  const made = await chord(
    Array.from({ length: 1000 }, (_, index) => pay.s(String(index))),
    count.s(),
  ).delay()
  const { lines = [] } = (await readWorkflow(app.engine, made.id)) ?? {}
  expect(lines.length).toBeLessThan(300)
  expect(lines.find(({ label }) => label.startsWith('group'))).toMatchObject({
    ...{ label: 'group of 1,000', note: '0 succeeded' },
  })
  expect(lines.some(({ label }) => /^… \d+ more$/.test(label))).toBe(true)
})
