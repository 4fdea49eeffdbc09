import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { defineTask } from '../../src/task/define-task.js'
import type { Headers } from '../../src/task/enqueue-options.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { serve } from './serve.js'

// The examples of "Stamping" in the chapter "Canvas" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/canvas.html#stamping). A stamp is a header here, and a visitor a function
// of the signature. Of a visitor's methods, on_signature has a twin; on_group_start, on_chain_start and their like have
// none: each canvas can be stamped before it is put into another.

const broker = brokerOfFile()

/** Three tasks that tell what they were stamped with. */
function stampedTasks() {
  const seen: Record<string, Headers> = {}
  const telling = (name: string) =>
    defineTask({ name }, ({ request }, ..._args: unknown[]) => {
      seen[name] = request.headers
      return name
    })
  return { t1: telling('t1'), t2: telling('t2'), t3: telling('t3'), t4: telling('t4'), seen }
}

test('Group stamping: a stamp on all members', async () => {
  const add = defineTask({ name: 'add' }, ({ request }, x: number, y: number) => [x + y, request.headers.stamp])
  await serve(broker, add)
  const result = await group(add.si(2, 2), add.si(3, 3)).stamp({ stamp: 'your_custom_stamp' }).applyAsync()
  expect(await result.get()).toEqual([
    [4, 'your_custom_stamp'],
    [6, 'your_custom_stamp'],
  ])
})

describe('Custom stamping', () => {
  const withMonitoringId = () => ({ monitoring_id: randomUUID() })

  test('a stamp of its own on each task of a group, a chord, a chain', async () => {
    const { t1, t2, t3, t4, seen } = stampedTasks()
    await serve(broker, t1, t2, t3, t4)
    const starts = [
      () => group(t1.si(), t2.si()).stamp(withMonitoringId).applyAsync(),
      () => chord([t1.si(), t2.si()], t3.si()).stamp(withMonitoringId).applyAsync(),
      () => chain(t1.si(), group(t2.si(), t3.si()), t4.si()).stamp(withMonitoringId).applyAsync(),
    ]
    for (const start of starts) {
      for (const name of Object.keys(seen)) delete seen[name]
      await (await start()).get()
      const ids = Object.values(seen).map((headers) => headers.monitoring_id)
      expect(ids.length).toBeGreaterThan(1)
      expect(ids.every((id) => typeof id === 'string' && id.length === 36)).toBe(true)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('of a single signature', async () => {
    const { t1, seen } = stampedTasks()
    await serve(broker, t1)
    await (
      await t1
        .s()
        .stamp(({ task }) => ({ stamped: task }))
        .delay()
    ).get()
    expect(seen).toEqual({ t1: { stamped: 't1' } })
  })

  test('what a part was stamped with already wins', async () => {
    const { t1, t2, seen } = stampedTasks()
    await serve(broker, t1, t2)
    const nested = group(t2.si()).stamp({ in: 'inner' })
    await (await chain(t1.si(), nested).stamp({ in: 'outer', all: true }).delay()).get()
    expect(seen).toEqual({ t1: { in: 'outer', all: true }, t2: { in: 'inner', all: true } })
  })
})

describe('Callbacks stamping', () => {
  test('callbacks and error callbacks are stamped with what they hang on', async () => {
    const { t1, t2, t3, seen } = stampedTasks()
    const fails = defineTask({ name: 'fails' }, (): void => {
      throw new Error('as it should')
    })
    const { events } = await serve(broker, t1, t2, t3, fails)
    await (
      await t1
        .s()
        .link(t2.s().stamp({ onCallback: true }))
        .stamp({ header: 'value' })
        .delay()
    ).get()
    await rejection(
      (
        await fails
          .s()
          .linkError(t3.s().stamp({ onErrback: true }))
          .stamp({ header: 'value' })
          .delay()
      ).get(),
    )
    await events.count('job.succeeded', 3)
    expect(seen).toEqual({
      t1: { header: 'value' },
      t2: { header: 'value', onCallback: true },
      t3: { header: 'value', onErrback: true },
    })
  })

  test('one that is linked after the stamping is not', async () => {
    const { t1, t2, seen } = stampedTasks()
    const { events } = await serve(broker, t1, t2)
    await t1.s().stamp({ header: 'value' }).link(t2.s()).delay()
    await events.count('job.succeeded', 2)
    expect(seen).toEqual({ t1: { header: 'value' }, t2: {} })
  })
})

test('headers of the whole go to all parts, callbacks too', async () => {
  const { t1, t2, t3, seen } = stampedTasks()
  const { events } = await serve(broker, t1, t2, t3)
  await chain(t1.s(), t2.s().stamp({ own: true }))
    .link(t3.s())
    .applyAsync({ headers: { tenant: 'acme' } })
  await events.count('job.succeeded', 3)
  expect(seen).toEqual({ t1: { tenant: 'acme' }, t2: { tenant: 'acme', own: true }, t3: { tenant: 'acme' } })
})
