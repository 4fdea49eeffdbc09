import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const anything = () => ''

/** Jobs that were replaced by what failed, and what it takes to run them again. */
async function failedReplacements(count: number, queues: { outer?: string; inner?: string } = {}) {
  const flags = { isMended: false }
  const runs = { outer: 0, flag: 0, charge: 0 }
  const inner = queues.inner ?? 'default'
  const flag = defineTask({ name: 'flag', queue: inner }, (_ctx, n: number): number => {
    runs.flag++
    if (!flags.isMended) throw new Error('no flag')
    return n + 1
  })
  const charge = defineTask({ name: 'charge', queue: inner }, (_ctx, n: number) => {
    runs.charge++
    return n
  })
  const outer = defineTask({ name: 'outer', queue: queues.outer ?? 'default' }, (ctx, n: number): Promise<number> => {
    runs.outer++
    return ctx.replace(chain(flag.s(n), charge.s()))
  })
  const twice = defineTask({ name: 'twice' }, (ctx, n: number): Promise<number> => ctx.replace(outer.s(n)))
  const app = testApp(broker, { tasks: [flag, charge, outer, twice] })
  await app.worker()
  const results = await Promise.all(Array.from({ length: count }, (_, n) => outer.delay(n)))
  await Promise.all(results.map((result) => rejection(result.get())))
  return { flags, runs, app, results, twice }
}

describe('a bulk retry of jobs that were replaced by what failed', () => {
  test.each([
    ['the replaced ones come first', { outer: 'aa', inner: 'zz' }],
    ['they come last', { outer: 'zz', inner: 'aa' }],
    ['they share a queue', {}],
  ])('runs nothing twice where %s', async (_, queues) => {
    const { flags, runs, app, results } = await failedReplacements(30, queues)
    flags.isMended = true
    await app.engine.retryAll({ place: 'dead' }, anything)
    expect(await Promise.all(results.map((result) => result.get()))).toEqual(results.map((_, n) => n + 1))
    expect(runs).toEqual({ outer: 30, flag: 60, charge: 30 })
    expect(await app.engine.workflows.counts()).toMatchObject({ failed: 0, running: 0, succeeded: 30 })
  })

  test('goes on from what failed where only the replaced ones match', async () => {
    const { flags, runs, app, results } = await failedReplacements(3)
    flags.isMended = true
    const { retried } = await app.engine.retryAll({ place: 'dead', task: 'outer' }, anything)
    expect(retried).toBe(3)
    expect(await Promise.all(results.map((result) => result.get()))).toEqual([1, 2, 3])
    expect(runs).toEqual({ outer: 3, flag: 6, charge: 3 })
  })

  test('goes on from there where one was replaced by another', async () => {
    const { flags, runs, app, twice } = await failedReplacements(0)
    const result = await twice.delay(1)
    await rejection(result.get())
    flags.isMended = true
    const { retried } = await app.engine.retryAll({ place: 'dead', task: 'twice' }, anything)
    expect(retried).toBe(1)
    expect(await result.get()).toBe(2)
    expect(runs).toEqual({ outer: 1, flag: 2, charge: 1 })
  })

  test('runs each once, though all fail again', async () => {
    const { runs, app, results } = await failedReplacements(30, { outer: 'zz', inner: 'aa' })
    await app.engine.retryAll({ place: 'dead' }, anything)
    await Promise.all(results.map((result) => rejection(result.get())))
    expect(runs).toEqual({ outer: 30, flag: 60, charge: 0 })
  })

  test('makes the replacement anew where nothing of the old one can run again', async () => {
    const { flags, runs, app, results } = await failedReplacements(2)
    await app.engine.dropAll({ place: 'dead', task: 'flag' }, anything)
    flags.isMended = true
    const { retried } = await app.engine.retryAll({ place: 'dead' }, anything)
    expect(retried).toBe(2)
    expect(await Promise.all(results.map((result) => result.get()))).toEqual([1, 2])
    expect(runs).toEqual({ outer: 4, flag: 4, charge: 2 })
  })
})
