import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ActiveJob, Pull } from '../../src/engine/consumer.js'
import { Dispatcher } from '../../src/worker/dispatcher.js'
import type { DispatcherOptions, RunJob } from '../../src/worker/dispatcher-options.js'
import { FakeLane } from './fake-lane.js'

/** A dispatcher on these lanes, that runs jobs by `work`. */
function dispatcherOn(
  lanes: readonly FakeLane[],
  work: (job: ActiveJob) => Promise<void>,
  over: Partial<DispatcherOptions> = {},
) {
  const started: string[] = []
  const errors: Error[] = []
  const limited: { queue: string; task: string | undefined; forMs: number }[] = []
  let active = 0
  let mostActive = 0
  const run: RunJob = async (job, mayFetchNext) => {
    started.push(job.lane.lane)
    mostActive = Math.max(mostActive, ++active)
    await work(job)
    active--
    return mayFetchNext() ? (job.lane as unknown as FakeLane).next() : {}
  }
  const dispatcher = new Dispatcher('w', {
    concurrency: 4,
    queueConcurrency: new Map(),
    untilEmpty: false,
    maxJobs: Number.POSITIVE_INFINITY,
    run,
    giveBack: (job) => job.lane.giveBack(job),
    onLimited: ({ queue, task }, forMs) => limited.push({ queue, task, forMs }),
    onError: (error) => errors.push(error),
    ...over,
  })
  onTestFinished(() => dispatcher.stop())
  for (const lane of lanes) dispatcher.add(lane.consumer)
  return { dispatcher, started, errors, limited, mostActive: () => mostActive }
}

const brief = () => sleep(1)
const lanesOf = (...names: string[]) => names.map((name) => new FakeLane(name))

describe('the budget', () => {
  test('is used and never exceeded, over all lanes', async () => {
    const lanes = lanesOf('a', 'b', 'c')
    for (const lane of lanes) lane.put(50)
    const { dispatcher, started, mostActive } = dispatcherOn(lanes, brief, { untilEmpty: true })
    await dispatcher.ended
    expect(started).toHaveLength(150)
    expect(mostActive()).toBe(4)
    expect(dispatcher.active).toBe(0)
  })

  test('no job is taken while no slot is free', async () => {
    const [lane] = lanesOf('a')
    lane?.put(10)
    const { started } = dispatcherOn([lane as FakeLane], () => new Promise(() => {}))
    await vi.waitFor(() => expect(started).toHaveLength(4))
    await sleep(20)
    expect(lane?.jobs).toHaveLength(6)
  })

  test('of one queue holds over all its lanes, and leaves the others theirs', async () => {
    const lanes = lanesOf('emails', 'emails~Send', 'reports')
    for (const lane of lanes) lane.put(20)
    const active = new Map<string, number>()
    const most = new Map<string, number>()
    const work = async (job: ActiveJob) => {
      const { queue } = job.lane.name
      active.set(queue, (active.get(queue) ?? 0) + 1)
      most.set(queue, Math.max(most.get(queue) ?? 0, active.get(queue) ?? 0))
      await brief()
      active.set(queue, (active.get(queue) ?? 0) - 1)
    }
    const options = { queueConcurrency: new Map([['emails', 2]]), concurrency: 6, untilEmpty: true }
    const { dispatcher, started } = dispatcherOn(lanes, work, options)
    await dispatcher.ended
    expect(started).toHaveLength(60)
    expect(most.get('emails')).toBe(2)
    expect(most.get('reports')).toBeGreaterThan(2)
  })
})

describe('fairness', () => {
  test('a slot stays on a lane for at most 16 jobs while another is ready', async () => {
    const lanes = lanesOf('a', 'b')
    for (const lane of lanes) lane.put(200)
    const { dispatcher, started } = dispatcherOn(lanes, async () => {}, { concurrency: 1, untilEmpty: true })
    await dispatcher.ended
    expect(Math.max(...runLengths(started.slice(0, 300)))).toBeLessThanOrEqual(16)
    expect(started).toHaveLength(400)
  })

  test('slow jobs hand a slot on after 20 ms', async () => {
    const lanes = lanesOf('a', 'b')
    for (const lane of lanes) lane.put(8)
    const { dispatcher, started } = dispatcherOn(lanes, () => sleep(25), { concurrency: 1, untilEmpty: true })
    await dispatcher.ended
    expect(Math.max(...runLengths(started))).toBe(1)
  })

  test('a lane alone keeps its slot', async () => {
    const [a, b] = lanesOf('a', 'b')
    a?.put(100)
    const { dispatcher } = dispatcherOn([a as FakeLane, b as FakeLane], async () => {}, {
      concurrency: 1,
      untilEmpty: true,
    })
    await dispatcher.ended
    expect(a?.pulls, 'jobs came with the end of the one before').toBeLessThan(20)
  })

  test('a busy lane does not starve ten quiet ones', async () => {
    const busy = new FakeLane('busy')
    const quiet = lanesOf(...Array.from({ length: 10 }, (_, n) => `quiet${n}`))
    busy.put(2000)
    const { started } = dispatcherOn([busy, ...quiet], async () => {}, { concurrency: 2 })
    await vi.waitFor(() => expect(started.length).toBeGreaterThan(50), { interval: 1 })
    const before = started.length
    for (const lane of quiet) lane.put(1)
    await vi.waitFor(() => expect(new Set(started).size).toBe(11), { interval: 1 })
    const last = Math.max(...quiet.map(({ lane }) => started.indexOf(lane)))
    expect(last - before).toBeLessThan(16 * 2 * 11 + 100)
  })
})

describe('the end', () => {
  test('untilEmpty: when every lane is empty, a lane that fills meanwhile included', async () => {
    const [a, b] = lanesOf('a', 'b') as [FakeLane, FakeLane]
    a.put(1)
    const { dispatcher, started } = dispatcherOn(
      [a, b],
      async (job) => {
        if (job.lane.lane === 'a') b.put(3)
      },
      { untilEmpty: true },
    )
    await dispatcher.ended
    expect(started.sort()).toEqual(['a', 'b', 'b', 'b'])
  })

  test('untilEmpty: not while a lane rests at its rate limit', async () => {
    const [a] = lanesOf('a') as [FakeLane]
    a.put(1)
    a.limitFor(30)
    const { dispatcher, started } = dispatcherOn([a], brief, { untilEmpty: true })
    await dispatcher.ended
    expect(started).toEqual(['a'])
  })

  test.each([1, 3, 7])('maxJobs: after exactly %i', async (maxJobs) => {
    const lanes = lanesOf('a', 'b')
    for (const lane of lanes) lane.put(20)
    const { dispatcher, started } = dispatcherOn(lanes, brief, { maxJobs })
    await dispatcher.ended
    await dispatcher.idle()
    expect(started).toHaveLength(maxJobs)
    expect(lanes.reduce((sum, { jobs }) => sum + jobs.length, 0)).toBe(40 - maxJobs)
  })

  test('stop takes no more, and idle waits for what runs', async () => {
    const [a] = lanesOf('a') as [FakeLane]
    a.put(20)
    const gate = Promise.withResolvers<void>()
    const { dispatcher, started } = dispatcherOn([a], () => gate.promise)
    await vi.waitFor(() => expect(started).toHaveLength(4))
    dispatcher.stop()
    expect(dispatcher.activeJobs).toHaveLength(4)
    let idle = false
    const whenIdle = dispatcher.idle().then(() => {
      idle = true
    })
    await sleep(10)
    expect(idle).toBe(false)
    gate.resolve()
    await whenIdle
    expect(started).toHaveLength(4)
    expect(dispatcher.active).toBe(0)
  })
})

describe('a job that comes while an older question to its lane is under way', () => {
  test('is asked for again, not left until the next look', async () => {
    const [lane] = lanesOf('a') as [FakeLane]
    const questions: PromiseWithResolvers<Pull>[] = []
    lane.pull = () => {
      const question = Promise.withResolvers<Pull>()
      questions.push(question)
      return question.promise
    }
    const gate = Promise.withResolvers<void>()
    dispatcherOn([lane], () => gate.promise)
    lane.put(1)
    questions[0]?.resolve(lane.next())
    await vi.waitFor(() => expect(questions).toHaveLength(3))
    // Both questions were answered before this job came; its marker ends the wait in between.
    lane.put(1)
    questions[1]?.resolve({})
    await vi.waitFor(() => expect(lane.waits).toBe(1))
    await sleep(1)
    questions[2]?.resolve({})
    await vi.waitFor(() => expect(questions.length).toBeGreaterThan(3))
  })
})

describe('a number of slots that changes', () => {
  test('grows into what waits, and shrinks as jobs end', async () => {
    const gates: (() => void)[] = []
    const [lane] = lanesOf('a') as [FakeLane]
    lane.put(30)
    const { dispatcher, started } = dispatcherOn([lane], () => new Promise((resolve) => gates.push(resolve)))
    await vi.waitFor(() => expect(started).toHaveLength(4))
    expect(dispatcher.hungryLanes).toEqual(['a'])
    dispatcher.resize(6)
    await vi.waitFor(() => expect(started).toHaveLength(6))
    dispatcher.resize(1)
    expect(dispatcher).toMatchObject({ slots: 1, active: 6 })
    for (let left = 5; left >= 1; left--) {
      gates.shift()?.()
      await vi.waitFor(() => expect(dispatcher.active).toBe(left))
    }
    expect(started, 'five slots are gone').toHaveLength(6)
    gates.shift()?.()
    await vi.waitFor(() => expect(started).toHaveLength(7))
    expect(dispatcher.active).toBe(1)
    dispatcher.stop()
    gates.shift()?.()
    await dispatcher.idle()
  })

  test('ends with a burst, also where it shrank below what ran', async () => {
    const lanes = lanesOf('a', 'b')
    for (const lane of lanes) lane.put(20)
    const { dispatcher, started } = dispatcherOn(lanes, brief, { untilEmpty: true })
    await vi.waitFor(() => expect(started.length).toBeGreaterThan(4), { interval: 1 })
    dispatcher.resize(1)
    await dispatcher.ended
    expect(started).toHaveLength(40)
    await dispatcher.idle()
  })

  test('leaves no lane hungry that is at the limit of its queue', async () => {
    const lanes = lanesOf('emails', 'reports') as [FakeLane, FakeLane]
    for (const lane of lanes) lane.put(10)
    const options = { concurrency: 3, queueConcurrency: new Map([['emails', 1]]) }
    const { dispatcher, started } = dispatcherOn(lanes, () => new Promise(() => {}), options)
    await vi.waitFor(() => expect(started.sort()).toEqual(['emails', 'reports', 'reports']))
    expect(dispatcher.hungryLanes).toEqual(['reports'])
    dispatcher.limitQueue('emails', 2)
    expect(dispatcher.hungryLanes).toEqual(['emails', 'reports'])
  })

  test('of one queue counts what a lane that was taken away still runs', async () => {
    const gates: (() => void)[] = []
    const [lane, again] = lanesOf('emails', 'emails') as [FakeLane, FakeLane]
    lane.put(3)
    const held = () => new Promise<void>((resolve) => gates.push(resolve))
    const { dispatcher, started } = dispatcherOn([lane], held, { concurrency: 10 })
    await vi.waitFor(() => expect(started).toHaveLength(3))
    const left = dispatcher.remove(lane.consumer)
    dispatcher.add(again.consumer)
    dispatcher.limitQueue('emails', 2)
    again.put(10)
    await sleep(20)
    expect(dispatcher.active, 'three run, two may').toBe(3)
    for (const open of gates.splice(0)) open()
    await left
    await vi.waitFor(() => expect(started).toHaveLength(5))
    await sleep(20)
    expect(dispatcher.active).toBe(2)
  })

  test('of one queue counts what runs already', async () => {
    const gates: (() => void)[] = []
    const lanes = lanesOf('emails', 'emails~Send') as [FakeLane, FakeLane]
    for (const lane of lanes) lane.put(10)
    const { dispatcher, started } = dispatcherOn(lanes, () => new Promise((resolve) => gates.push(resolve)))
    await vi.waitFor(() => expect(started).toHaveLength(4))
    dispatcher.limitQueue('emails', 2)
    for (const open of gates.splice(0, 2)) open()
    await vi.waitFor(() => expect(dispatcher.active).toBe(2))
    gates.shift()?.()
    await vi.waitFor(() => expect(started).toHaveLength(5))
    expect(dispatcher.active).toBe(2)
  })
})

describe('a lane that is taken away', () => {
  test('gives no more; what runs ends, and only then is it left', async () => {
    const gates: (() => void)[] = []
    const [a, b] = lanesOf('a', 'b') as [FakeLane, FakeLane]
    a.put(10)
    const { dispatcher, started } = dispatcherOn([a, b], () => new Promise((resolve) => gates.push(resolve)))
    await vi.waitFor(() => expect(started).toHaveLength(4))
    let isLeft = false
    const left = dispatcher.remove(a.consumer).then(() => {
      isLeft = true
    })
    for (const open of gates.splice(0, 3)) open()
    await vi.waitFor(() => expect(dispatcher.active).toBe(1))
    expect(isLeft).toBe(false)
    gates.shift()?.()
    await left
    b.put(1)
    await vi.waitFor(() => expect(started).toEqual(['a', 'a', 'a', 'a', 'b']))
  })

  test('gives back a job that was on its way', async () => {
    const [a] = lanesOf('a') as [FakeLane]
    const question = Promise.withResolvers<Pull>()
    const givenBack: string[] = []
    a.pull = () => question.promise
    Object.assign(a, { giveBack: async (job: ActiveJob) => void givenBack.push(job.id) })
    const { dispatcher, started } = dispatcherOn([a], brief)
    const left = dispatcher.remove(a.consumer)
    a.put(1)
    question.resolve(a.next())
    await left
    expect(givenBack).toEqual(['a-0'])
    expect(started).toEqual([])
  })
})

describe('trouble', () => {
  test('an error on one lane rests that lane for a second; the others go on', async () => {
    const [a, b] = lanesOf('a', 'b') as [FakeLane, FakeLane]
    a.failFor(500)
    const { started, errors } = dispatcherOn([a, b], brief)
    a.put(1)
    b.put(3)
    await vi.waitFor(() => expect(started.filter((lane) => lane === 'b')).toHaveLength(3), { timeout: 900 })
    expect(started).not.toContain('a')
    expect(new Set(errors.map(({ message }) => message))).toEqual(new Set(['away']))
    expect(a.pulls, 'it is left alone meanwhile').toBeLessThan(4)
    await vi.waitFor(() => expect(started).toContain('a'), { timeout: 5000 })
  })

  test('a rate limit rests its lane only', async () => {
    const [a, b] = lanesOf('a', 'b') as [FakeLane, FakeLane]
    a.limitFor(400)
    a.put(1)
    const startedAt = performance.now()
    const { started, limited } = dispatcherOn([a, b], brief)
    b.put(1)
    await vi.waitFor(() => expect(started).toContain('b'), { timeout: 300 })
    expect(limited[0]).toMatchObject({ queue: 'a', task: undefined })
    expect(limited[0]?.forMs).toBeGreaterThan(300)
    await vi.waitFor(() => expect(started).toContain('a'), { timeout: 5000, interval: 5 })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(390)
  })

  test('a run that rejects frees its slot', async () => {
    const [a] = lanesOf('a') as [FakeLane]
    a.put(5)
    const { dispatcher, errors } = dispatcherOn([a], () => Promise.reject(new Error('bug')), {
      concurrency: 1,
      untilEmpty: true,
    })
    await dispatcher.ended
    expect(errors).toHaveLength(5)
  })
})

/** How many of the same stand together: `[a, a, b]` → `[2, 1]`. */
function runLengths(names: readonly string[]): number[] {
  const lengths: number[] = []
  names.forEach((name, index) => {
    if (index > 0 && name === names[index - 1]) lengths.push((lengths.pop() ?? 0) + 1)
    else lengths.push(1)
  })
  return lengths
}
