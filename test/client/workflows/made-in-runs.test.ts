import { describe, expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { TaskqError } from '../../../src/errors/taskq-error.js'
import { defineTask } from '../../../src/task/define-task.js'
import type { RunOrigin } from '../../../src/task/run-origin.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const makeTasks = () => {
  const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
  const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.reduce((all, one) => all + one, 0))
  const fail = defineTask({ name: 'fail' }, (): number => {
    throw new Error('broken')
  })
  return { add, sum, fail, all: [add, sum, fail] }
}

const run = (mark: string, over: Partial<RunOrigin> = {}): RunOrigin => ({
  job: 'j1',
  lane: 'default',
  mark,
  owns: false,
  ...over,
})

describe('a workflow that a run makes', () => {
  it('is found again by the job’s next run', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    const first = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    const again = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    const another = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('1'))
    expect([again.id, again.deduplicated]).toEqual([first.id, true])
    expect(another.id).not.toBe(first.id)
    expect(first.id).toMatch(/^w_[\w-]{22}$/)
    await app.worker()
    expect(await again.get()).toBe(6)
    const afterwards = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    expect([afterwards.id, afterwards.deduplicated]).toEqual([first.id, true])
  })

  it.each(['NOT_SENT', 'UNKNOWN'] as const)('is made once where the broker was away: %s', async (how) => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    const engine = app.newEngine()
    const { workflows } = engine
    const create = workflows.create.bind(workflows)
    const away = new TaskqError(`TASKQ_ENQUEUE_${how}`, 'the broker did not answer within 5s')
    workflows.create = async (...args) => {
      workflows.create = create
      // Its answer was lost.
      if (how === 'UNKNOWN') await create(...args)
      throw away
    }
    const made = await app.newClient(engine).startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    expect(made.deduplicated).toBe(how === 'UNKNOWN')
    expect((await app.engine.workflows.newest(0, 9)).total).toBe(1)
  })

  it('is made anew where it failed', async () => {
    const { add, fail, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    await app.worker()
    const first = await app.client.startFromRun(chain(fail.s(), add.s(3)), run('0'))
    await rejection(first.get())
    const second = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    expect(second.deduplicated).toBe(false)
    expect(await second.get()).toBe(6)
    const third = await app.client.startFromRun(chain(add.s(1, 2), add.s(3)), run('0'))
    expect([third.id, third.deduplicated]).toEqual([second.id, true])
  })

  it('knows the job that made it', async () => {
    const { add, all } = makeTasks()
    const outer = defineTask({ name: 'outer' }, async (ctx) => {
      const made = await ctx.spawn(chain(add.s(1, 2), add.s(3)))
      return [made.id, await made.get()]
    })
    const app = testApp(broker, { tasks: [...all, outer], config: { worker: { concurrency: 1 } } })
    await app.worker()
    const handle = await outer.delay()
    const [id, value] = (await handle.get()) as [string, number]
    expect(value).toBe(6)
    expect(await app.engine.workflows.summary(id)).toMatchObject({ parent: handle.id, root: handle.id })
    expect((await app.client.result(id).parent())?.id).toBe(handle.id)
  })

  it('is a child of that job, beside the jobs that it enqueued', async () => {
    const { add, all } = makeTasks()
    const outer = defineTask({ name: 'outer' }, async (ctx) => {
      const spawned = await ctx.spawn(chain(add.s(1, 2), add.s(3)))
      const job = await add.delay(1, 1)
      const sent = await group(add.s(4, 4)).applyAsync()
      return [spawned.id, job.id, sent.id]
    })
    const app = testApp(broker, { tasks: [...all, outer] })
    await app.worker()
    const handle = await outer.delay()
    const made = (await handle.get()) as string[]
    const children = await handle.children()
    expect(children.map(({ id }) => id)).toEqual(made)
    expect(await Promise.all(children.map((child) => child.get()))).toEqual([6, 2, [8]])
    expect((await children[0]?.parent())?.id).toBe(handle.id)
    await children[2]?.forget()
    expect((await handle.children()).map(({ id }) => id)).toEqual(made.slice(0, 2))
  })
})

describe('a member added to a group', () => {
  it('comes after the others, and is one, however often its run is made', async () => {
    const { add, sum, all } = makeTasks()
    const more = defineTask({ name: 'more', retries: 1, backoff: { type: 'fixed', delay: '10ms' } }, async (ctx) => {
      await ctx.addToChord(add.s(40, 2))
      await ctx.addToChord(chain(add.s(1, 1), add.s(98)))
      if (ctx.request.attempt === 1) throw new Error('once more')
      return 1
    })
    const app = testApp(broker, { tasks: [...all, more] })
    await app.worker()
    const listed = await group(more.s(), add.s(2, 3)).delay()
    expect(await listed.get()).toEqual([1, 5, 42, 100])
    expect(await listed.counts()).toEqual({ done: 5, failed: 0, total: 5 })
    const summed = await chord([more.s(), more.s()], sum.s()).delay()
    expect(await summed.get()).toBe(1 + 1 + 2 * 142)
    expect(String(await summed.tree())).toContain('sum')
  })

  it('gives the handle of the job that it ends with', async () => {
    const { add, all } = makeTasks()
    const more = defineTask({ name: 'more' }, async (ctx) => {
      const added = await ctx.addToChord(chain(add.s(1, 1), add.s(98)))
      return added.get()
    })
    const app = testApp(broker, { tasks: [...all, more] })
    await app.worker()
    const result = await group(more.s(), add.s(2, 3)).delay()
    expect(await result.get()).toEqual([100, 5, 100])
  })

  it('fails the group where it fails', async () => {
    const { add, sum, fail, all } = makeTasks()
    const more = defineTask({ name: 'more' }, async (ctx) => {
      await ctx.addToChord(fail.s())
      return 1
    })
    const app = testApp(broker, { tasks: [...all, more] })
    await app.worker()
    const result = await chord([more.s(), add.s(2, 3)], sum.s()).delay()
    expect(await rejection(result.get())).toMatchObject({ rootCause: { task: 'fail', message: 'broken' } })
  })

  it('is refused outside of groups', async () => {
    const { add, all } = makeTasks()
    const more = defineTask({ name: 'more' }, async (ctx) => {
      await ctx.addToChord(add.s(1, 1))
    })
    const app = testApp(broker, { tasks: [...all, more] })
    await app.worker()
    for (const flow of [chain(more.s(), add.si(1, 2)), chord([add.s(1, 1)], more.si())]) {
      const error = await rejection((await flow.delay()).get())
      expect(error).toMatchObject({ rootCause: { task: 'more', code: 'TASKQ_WORKFLOW_INVALID' } })
    }
  })
})

describe('a workflow whose maker died', () => {
  it('goes on by a sweep', async () => {
    const { add, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    // Its process ended after the record was written, and before the first job was added.
    const lost = app.newEngine()
    lost.producer.add = () => new Promise(() => {})
    void app.newClient(lost).startWorkflow(chain(add.s(1, 2), add.s(3)), { taskId: 'lost' })
    const id = 'w_u_lost'
    await expect.poll(() => app.engine.workflows.summary(id)).toMatchObject({ state: 'running' })
    await app.worker()
    await app.redis.zadd(app.keys.workflow(id, 'ready'), 0, '000000')
    await app.redis.zadd(app.keys.workflows, 0, id)
    const driver = await app.client.workflowDriver()
    await driver.sweep()
    expect(await app.client.result(id).get()).toBe(6)
  })
})
