import { describe, expect, it, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { decodeEnvelope } from '../../../src/codec/envelope.js'
import { defineTask } from '../../../src/task/define-task.js'
import { partId } from '../../../src/task/names.js'
import type { WorkflowOptions } from '../../../src/task/workflow-options.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const makeTasks = () => {
  const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
  const tell = defineTask({ name: 'tell' }, (ctx, _before: unknown) => ({
    headers: ctx.request.headers,
    queue: ctx.request.queue,
  }))
  return { add, tell, all: [add, tell] }
}

async function envelopeOf(app: TestApp, id: string) {
  const job = await app.engine.jobs.find(id)
  const decoded = decodeEnvelope(job?.data ?? '')
  if (decoded.kind !== 'envelope') throw new Error(`no job ${id}`)
  return { ...decoded.envelope, lane: job?.lane, state: job?.standing }
}

describe('options of a workflow', () => {
  it('gives its headers, priority and queue to parts that say nothing themselves', async () => {
    const { add, tell, all } = makeTasks()
    const config = { queues: { other: { priorities: true }, own: { priorities: true } } }
    const app = testApp(broker, { tasks: all, config })
    await app.worker({ queues: ['other', 'own', 'default'] })
    const flow = chain(add.s(1, 2), tell.s().set({ headers: { by: 'part' }, queue: 'own' }))
    const result = await flow.applyAsync({ headers: { by: 'flow', tenant: 'acme' }, priority: 4, queue: 'other' })
    expect(await result.get()).toEqual({ headers: { by: 'part', tenant: 'acme' }, queue: 'own' })
    expect((await envelopeOf(app, partId(result.id, 0))).lane).toBe('other')
  })

  it('lets a countdown wait before the first parts, and no longer', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    await app.worker()
    const begun = Date.now()
    const result = await chain(add.s(1, 2), add.s(3), add.s(4)).applyAsync({ countdown: '300ms' })
    expect(await app.client.result(partId(result.id, 0)).state()).toBe('scheduled')
    expect(await result.get()).toBe(10)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(300)
  })

  it('counts a part’s own countdown from when it is ready', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(3).set({ countdown: '1h' })).delay()
    await app.client.result(partId(result.id, 0)).get()
    const second = app.client.result(partId(result.id, 1))
    await expect.poll(() => second.state()).toBe('scheduled')
    const job = await app.engine.jobs.find(second.id)
    expect(job?.standing).toMatchObject({ delayed: true })
  })

  it('expires all parts at one instant, a part’s own earlier one before that', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    const [late, early] = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 1_800_000)]
    const flow = group(add.s(1, 2), add.s(1, 2).set({ expires: early }), add.s(1, 2).set({ expires: '3h' }))
    const result = await flow.applyAsync({ expires: late })
    const parts = await result.children()
    const expiries = await Promise.all(parts.map(async ({ id }) => (await envelopeOf(app, id)).expiresAt))
    expect(expiries).toEqual([late.getTime(), early.getTime(), late.getTime()])
  })

  it('finds the workflow of a taskId again instead of making another', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    const [first, second] = [
      await chain(add.s(1, 2), add.s(3)).applyAsync({ taskId: 'order-1', name: 'order' }),
      await chain(add.s(4, 5), add.s(6)).applyAsync({ taskId: 'order-1' }),
    ]
    expect([first.id, first.deduplicated]).toEqual(['w_u_order-1', false])
    expect([second.id, second.deduplicated]).toEqual(['w_u_order-1', true])
    expect(await app.engine.workflows.summary('w_u_order-1')).toMatchObject({ name: 'order', total: 2 })
    await app.worker()
    expect(await second.get()).toBe(6)
  })

  test.each<[object, string]>([
    [{ nam: 'x' }, 'nam: expected one of name'],
    [{ name: '' }, 'name: expected a text'],
    [{ retries: 3 }, 'retries: expected one of'],
    [{ countdown: 'soon' }, 'countdown: expected'],
    [{ taskId: 'a b' }, 'taskId: expected an id'],
    [{ priority: 17, queue: '?' }, 'priority: expected'],
    [[], 'options: expected an object'],
  ])('%j is refused', async (options, message) => {
    const { add, all } = makeTasks()
    testApp(broker, { tasks: all })
    const error = await rejection(chain(add.s(1, 2), add.s(3)).applyAsync(options as WorkflowOptions))
    expect(error).toMatchObject({ code: 'TASKQ_ENQUEUE_OPTION_INVALID' })
    expect((error as Error).message).toContain(message)
  })
})

describe('a workflow’s id', () => {
  test.each([
    ['order-1', 'has the id "w_u_order-1"'],
    ['w_u_order-1~3', 'whose id is w_u_order-1; getResult(id) gives the job'],
    [5, 'the id of what delay() and applyAsync() gave'],
  ])('is told to who has another: %s', (id, hint) => {
    const { client } = testApp(broker)
    expect(() => client.workflow(id as never)).toThrowError(
      expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID', hint: expect.stringContaining(hint) }),
    )
  })

  it('is made of its taskId', async () => {
    const { add, all } = makeTasks()
    const { client } = testApp(broker, { tasks: all })
    const { id } = await chain(add.s(1, 2)).applyAsync({ taskId: 'order-1' })
    expect(id).toBe('w_u_order-1')
    expect(await client.workflow(id).counts()).toMatchObject({ total: 1 })
  })
})

describe('options of a part', () => {
  test.each([{ taskId: 'a' }, { idempotencyKey: 'a' }, { unique: true }, { throttle: { every: '1s' } }] as const)(
    '%j is refused: its workflow would wait for another’s job',
    async (options) => {
      const { add, all } = makeTasks()
      const app = testApp(broker, { tasks: all })
      const error = await rejection(chain(add.s(1, 2), add.s(3).set(options)).delay())
      expect(error).toMatchObject({ code: 'TASKQ_WORKFLOW_INVALID' })
      expect((await app.engine.workflows.newest(0, 10)).total).toBe(0)
    },
  )

  it('is checked before anything is made', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    const wrong = [
      chain(add.s(1, 2), add.s(3).set({ retries: -1 })).delay(),
      chain(add.s(1, 2), add.s(Number.NaN)).delay(),
      chain(add.s(1, 2), add.s(3).set({ queue: 'a b' })).delay(),
    ]
    for (const refused of wrong) expect(((await rejection(refused)) as Error).message).toMatch(/^add: /)
    expect((await app.engine.workflows.newest(0, 10)).total).toBe(0)
  })

  it('leaves a task’s own rule of same jobs out', async () => {
    const once = defineTask({ name: 'once', unique: true }, (_, n: number) => n)
    const app = testApp(broker, { tasks: [once] })
    const result = await group(once.s(1), once.s(1)).delay()
    await app.worker()
    expect(await result.get()).toEqual([1, 1])
  })
})
