import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { map, starmap } from '../../../src/canvas/map.js'
import { currentContext, withContext } from '../../../src/context/with-context.js'
import { defineTask } from '../../../src/task/define-task.js'
import type { EnqueueCall, Middleware } from '../../../src/task/middleware.js'
import { partId } from '../../../src/task/names.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const makeTasks = () => {
  const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
  const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.reduce((all, one) => all + one, 0))
  const nothing = defineTask({ name: 'nothing' }, () => {})
  const args = defineTask({ name: 'args' }, (_, ...all: unknown[]) => all)
  return { add, sum, nothing, args, all: [add, sum, nothing, args] }
}

/** What a schema of positive numbers says. */
const positive = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      (value as unknown[]).every((one) => Number(one) > 0)
        ? { value: value as [number, number] }
        : { issues: [{ message: 'expected positive numbers' }] },
  },
}

describe('a part’s job', () => {
  it('gets a result in front of its own arguments; an immutable one gets none', async () => {
    const { add, args, nothing, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    await app.worker()
    expect(
      await chain(add.s(1, 2), args.s('b'))
        .delay()
        .then((result) => result.get()),
    ).toEqual([3, 'b'])
    expect(
      await chain(add.s(1, 2), args.si('b'))
        .delay()
        .then((result) => result.get()),
    ).toEqual(['b'])
    expect(
      await chain(nothing.s(), args.s('b'))
        .delay()
        .then((result) => result.get()),
    ).toEqual([null, 'b'])
    expect(
      await chain(group([]), args.s('b'))
        .delay()
        .then((result) => result.get()),
    ).toEqual([[], 'b'])
  })

  it('runs for each of a list, given or from before', async () => {
    const { add, args, sum, all } = makeTasks()
    const app = testApp(broker, { tasks: all })
    await app.worker()
    const given = await chain(
      starmap(add, [
        [1, 2],
        [3, 4],
      ]),
      sum.s(),
    ).delay()
    expect(await given.get()).toBe(10)
    const gathered = await chain(group(add.s(1, 2), add.s(3, 4)), map(args)).delay()
    expect(await gathered.get()).toEqual([[3], [7]])
  })

  it('travels encrypted and signed, before it is a job, too', async () => {
    const { add, sum, all } = makeTasks()
    const key = randomBytes(32).toString('base64')
    const codec = { encrypt: { keys: [{ id: 'k', key }] }, sign: { keys: [{ id: 's', key }] } }
    const app = testApp(broker, { tasks: all, config: { codec } })
    const result = await chain(add.s(123_456, 1), add.s(654_321)).delay()
    const record = await app.redis.hgetall(app.keys.workflow(result.id))
    expect(JSON.stringify(record)).not.toMatch(/123456|654321/)
    await app.worker()
    expect(await result.get()).toBe(777_778)
    const flow = await chord([add.s(1, 2), add.s(3, 4)], sum.s()).delay()
    expect(await flow.get()).toBe(10)
  })

  it('is not made of a call that was put in another’s place', async () => {
    const { add, all } = makeTasks()
    const key = randomBytes(32).toString('base64')
    const app = testApp(broker, { tasks: all, config: { codec: { sign: { keys: [{ id: 's', key }] } } } })
    const result = await chain(add.s(1, 2), add.s(3), add.s(5)).delay()
    const record = app.keys.workflow(result.id)
    await app.redis.hset(record, 'c1', (await app.redis.hget(record, 'c2')) as string)
    await app.worker()
    expect(await rejection(result.get())).toMatchObject({ rootCause: { code: 'TASKQ_PAYLOAD_REFUSED', node: 1 } })
  })
})

describe('a part that is made a job', () => {
  it('is refused at the call where its arguments are there and wrong; else it fails the workflow', async () => {
    const checked = defineTask({ name: 'checked', schema: positive }, (_, a: number, b: number) => a - b)
    const app = testApp(broker, { tasks: [checked] })
    await app.worker()
    expect(await rejection(chain(checked.s(-1, 2), checked.s(1)).delay())).toMatchObject({
      code: 'TASKQ_PAYLOAD_INVALID',
    })
    const result = await chain(checked.s(1, 2), checked.s(1), checked.s(1)).delay()
    expect(await rejection(result.get())).toMatchObject({ rootCause: { node: 1, code: 'TASKQ_PAYLOAD_INVALID' } })
  })

  it('goes through middlewares when it is made, with all of its arguments, and is told of', async () => {
    const { add, all } = makeTasks()
    const seen: EnqueueCall[] = []
    const told: string[] = []
    const watch: Middleware = {
      enqueue: (call, next) => {
        seen.push(call)
        return next({ ...call, options: { ...call.options, headers: { seen: String(seen.length) } } })
      },
    }
    const on = { 'job.enqueued': ({ id }: { id: string }) => void told.push(id) }
    const app = testApp(broker, { tasks: all, config: { middleware: [watch], on } })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(10)).delay()
    expect(await result.get()).toBe(13)
    expect(seen.map(({ args }) => args)).toEqual([
      [1, 2],
      [3, 10],
    ])
    expect(told).toEqual([partId(result.id, 0), partId(result.id, 1)])
  })

  it('fails the workflow where a middleware keeps it back', async () => {
    const { add, all } = makeTasks()
    const stop: Middleware = {
      enqueue: async (call, next) => (call.args[0] === 30 ? ({ id: 'other' } as never) : next()),
    }
    const app = testApp(broker, { tasks: all, config: { middleware: [stop] } })
    await app.worker()
    const kept = await chain(add.s(10, 20), add.s(10)).delay()
    expect(await rejection(kept.get())).toMatchObject({ rootCause: { code: 'TASKQ_MIDDLEWARE_INVALID' } })
  })

  it('has the context of where its workflow was made', async () => {
    const { add, all } = makeTasks()
    const context = defineTask({ name: 'context' }, () => currentContext())
    const app = testApp(broker, { tasks: [...all, context] })
    await app.worker()
    const result = await withContext({ tenant: 'acme' }, () => chain(add.s(1, 2), context.si()).delay())
    expect(await result.get()).toEqual({ tenant: 'acme' })
  })

  it('counts under the key that its task makes of a list, too', async () => {
    const { add, all } = makeTasks()
    const keyed = defineTask(
      { name: 'keyed', maxConcurrency: 1, concurrencyKey: (list: number[]) => `k${list.length}` },
      (_, list: number[]) => list,
    )
    const app = testApp(broker, { tasks: [...all, keyed] })
    await app.worker()
    const result = await chain(group(add.s(1, 2), add.s(3, 4)), keyed.s()).delay()
    expect(await result.get()).toEqual([3, 7])
  })
})
