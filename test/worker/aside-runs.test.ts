import { describe, expect, test } from 'vitest'
import type { ActiveJob } from '../../src/engine/consumer.js'
import { AsideRuns } from '../../src/worker/aside-runs.js'
import { SlotBudget } from '../../src/worker/slot-budget.js'
import { FakeLane, fakeJob } from './fake-lane.js'

const lane = new FakeLane('default').consumer
let ids = 0
const job = (): ActiveJob => fakeJob({ id: `j${ids++}`, lane })

function runsOf(slots: number, running: number) {
  const budget = new SlotBudget(slots, new Map())
  let freed = 0
  const runs = new AsideRuns(budget, () => freed++)
  const jobs = Array.from({ length: running }, job)
  for (const _ of jobs) budget.take('default')
  return { budget, runs, jobs, freed: () => freed }
}

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol()
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))])) !== pending
}

describe('a run that waits', () => {
  test('gives its slot away, and takes it back where it is free', async () => {
    const { budget, runs, jobs, freed } = runsOf(1, 1)
    const [one] = jobs as [ActiveJob]
    runs.leave(one)
    expect([budget.busy, runs.count, freed()]).toEqual([0, 1, 1])
    await runs.comeBack(one)
    expect([budget.busy, runs.count]).toEqual([1, 0])
  })

  test('waits for a slot where none is free, the one that waited first before the others', async () => {
    const { budget, runs, jobs } = runsOf(2, 2)
    const [one, two] = jobs as [ActiveJob, ActiveJob]
    runs.leave(one)
    runs.leave(two)
    budget.take('default')
    budget.take('default')
    const [first, second] = [runs.comeBack(one), runs.comeBack(two)]
    expect([runs.areReturning, await isDone(first)]).toEqual([true, false])
    budget.free('default')
    runs.letIn()
    expect([await isDone(first), await isDone(second), budget.busy]).toEqual([true, false, 2])
    budget.free('default')
    runs.letIn()
    expect([await isDone(second), runs.areReturning]).toEqual([true, false])
  })

  test('for several jobs has no slot until it waits for none of them', async () => {
    const { budget, runs, jobs } = runsOf(1, 1)
    const [one] = jobs as [ActiveJob]
    runs.leave(one)
    runs.leave(one)
    await runs.comeBack(one)
    expect(budget.busy).toBe(0)
    await runs.comeBack(one)
    expect(budget.busy).toBe(1)
  })

  test('goes on without a slot where it waits for another job before it has one', async () => {
    const { budget, runs, jobs } = runsOf(1, 1)
    const [one] = jobs as [ActiveJob]
    runs.leave(one)
    budget.take('default')
    const back = runs.comeBack(one)
    runs.leave(one)
    expect([await isDone(back), runs.areReturning, budget.busy]).toEqual([true, false, 1])
  })

  test('that ends meanwhile ends with a slot, which others had', async () => {
    const { budget, runs, jobs } = runsOf(1, 1)
    const [one] = jobs as [ActiveJob]
    runs.leave(one)
    budget.take('default')
    const back = runs.comeBack(one)
    runs.end(one)
    expect([budget.busy, runs.count, runs.areReturning, await isDone(back)]).toEqual([2, 0, false, true])
    await runs.comeBack(one)
    expect(budget.busy).toBe(2)
  })

  test('waits for no slot where no new job is taken any more', async () => {
    const { budget, runs, jobs } = runsOf(1, 1)
    const [one] = jobs as [ActiveJob]
    runs.leave(one)
    budget.take('default')
    const back = runs.comeBack(one)
    runs.open()
    expect([await isDone(back), runs.count]).toEqual([true, 0])
  })

  test('lends its slot only when what it waits for comes first, where as many wait as there are slots', async () => {
    const budget = new SlotBudget(1, new Map())
    const brought: string[] = []
    const done = Promise.withResolvers<void>()
    const bring = ({ id }: { id: string }) => {
      brought.push(id)
      return done.promise
    }
    const runs = new AsideRuns(budget, () => {}, bring)
    const [one, two] = [job(), job()]
    budget.take('default')
    runs.leave(one, { id: 'a', lane: 'default' })
    expect([brought, budget.busy]).toEqual([[], 0])
    budget.take('default')
    runs.leave(two, { id: 'b', lane: 'default' })
    runs.leave(two, { id: 'c', lane: 'default' })
    expect([brought, budget.busy]).toEqual([['b', 'a', 'c'], 1])
    done.resolve()
    await new Promise(setImmediate)
    expect(budget.busy).toBe(0)
  })

  test('goes on at once where it still had its slot', async () => {
    const budget = new SlotBudget(1, new Map())
    const done = Promise.withResolvers<void>()
    const runs = new AsideRuns(
      budget,
      () => {},
      () => done.promise,
    )
    const [one, two] = [job(), job()]
    budget.take('default')
    runs.leave(one)
    budget.take('default')
    runs.leave(two, { id: 'b' })
    expect(await isDone(runs.comeBack(two))).toBe(true)
    done.resolve()
    await new Promise(setImmediate)
    expect([budget.busy, runs.count]).toEqual([1, 1])
  })

  test('keeps to the limit of its queue', async () => {
    const { budget, runs, jobs } = runsOf(2, 1)
    const [one] = jobs as [ActiveJob]
    budget.limitQueue('default', 1)
    runs.leave(one)
    budget.take('default')
    const back = runs.comeBack(one)
    expect(await isDone(back)).toBe(false)
    budget.free('default')
    runs.letIn()
    expect(await isDone(back)).toBe(true)
  })
})
