import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { nextSlots, type Observation } from '../../src/worker/autoscale.js'
import { Autoscaler } from '../../src/worker/autoscaler.js'
import { LoopLag } from '../../src/worker/loop-lag.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** A worker with all of its four slots in use, and much to do. */
const seen = (over: Partial<Observation> = {}): Observation => ({
  min: 1,
  max: 100,
  slots: 4,
  busy: 4,
  mostBusy: 4,
  quietMs: 0,
  waiting: 1000,
  loopLagMs: 2,
  ...over,
})

describe('the number of slots', () => {
  test.each<[string, Partial<Observation>, number]>([
    ['doubles while jobs wait', {}, 8],
    ['grows by no more than wait', { waiting: 1 }, 5],
    ['is never more than the most', { max: 6 }, 6],
    ['stays where nothing waits', { waiting: 0 }, 4],
    ['stays where the event loop is what jobs wait for', { loopLagMs: 40 }, 4],
    ['stays while one slot is free', { busy: 3 }, 4],
    ['stays after a short lull', { busy: 0, mostBusy: 1, quietMs: 9999 }, 4],
    ['loses one of few after a long one', { busy: 0, mostBusy: 1, quietMs: 10_000 }, 3],
    ['loses a quarter of what was not needed', { slots: 50, busy: 3, mostBusy: 10, quietMs: 10_000 }, 40],
    ['is never less than the least', { min: 4, busy: 0, mostBusy: 0, quietMs: 60_000 }, 4],
    ['comes up to the least', { min: 7, waiting: 0 }, 7],
    ['comes down to the most, whatever runs', { max: 2, waiting: 0 }, 2],
  ])('%s', (_, over, slots) => {
    expect(nextSlots(seen(over))).toBe(slots)
  })
})

describe('an autoscaler', () => {
  function scaled(over: { active?: number; waiting?: number } = {}) {
    const state = { slots: 2, active: 2, waiting: 10, asked: 0, ...over }
    const dispatcher = {
      get slots() {
        return state.slots
      },
      get active() {
        return state.active
      },
      get hungryLanes() {
        return state.active < state.slots ? [] : ['default']
      },
      resize: (slots: number) => {
        state.slots = slots
      },
    }
    const waitingIn = async () => {
      state.asked++
      return state.waiting
    }
    return { state, autoscaler: new Autoscaler({ dispatcher, waitingIn, loopLagMs: () => 0 }) }
  }

  test('does nothing while it is switched off', async () => {
    const { state, autoscaler } = scaled()
    await autoscaler.step()
    expect(state).toMatchObject({ slots: 2, asked: 0 })
    expect(autoscaler.range).toBeUndefined()
  })

  test('keeps to its bounds at once', () => {
    const { state, autoscaler } = scaled()
    autoscaler.set({ min: 5, max: 9 })
    expect(state.slots).toBe(5)
    autoscaler.set({ min: 1, max: 3 })
    expect(state.slots).toBe(3)
    autoscaler.set(undefined)
    expect(state.slots).toBe(3)
  })

  test('asks the broker only where one more slot could be of use', async () => {
    const { state, autoscaler } = scaled()
    autoscaler.set({ min: 2, max: 4 })
    state.active = 1
    await autoscaler.step()
    expect(state.asked).toBe(0)
    state.active = 2
    await autoscaler.step()
    expect(state).toMatchObject({ asked: 1, slots: 4 })
    state.active = 4
    await autoscaler.step()
    expect(state.asked, 'it has all it may have').toBe(1)
  })

  test('takes back nothing that was said while it asked', async () => {
    const { state, autoscaler } = scaled()
    autoscaler.set({ min: 2, max: 64 })
    const step = autoscaler.step()
    state.slots = 7
    await step
    expect(state.slots).toBe(7)
  })
})

describe('a worker that chooses its slots', () => {
  test('grows under load and shrinks after it', async () => {
    // The machine of a test may be so busy that it had better not grow.
    const inTime = vi.spyOn(LoopLag.prototype, 'recent', 'get').mockReturnValue(0)
    onTestFinished(() => inTime.mockRestore())
    const gate = Promise.withResolvers<void>()
    const work = defineTask({ name: 'work' }, () => gate.promise)
    const app = testApp(broker, { tasks: [work] })
    await Promise.all(Array.from({ length: 40 }, () => work.delay()))
    const { worker, events } = await app.createWorker({ options: { id: 'w' }, autoscale: { min: 2, max: 16 } })
    const sizes = new Set<number>()
    // It grows only once a job runs in every slot, so none of its sizes is missed.
    const isGrown = () => {
      sizes.add(worker.slots)
      return events.of('job.started').length >= 16
    }
    const grown = events.until(isGrown, 60_000, '16 jobs at once')
    await worker.start()
    await grown
    expect([...sizes]).toEqual([2, 4, 8, 16])
    const [facts] = await app.engine.workers()
    expect(facts?.autoscale).toEqual({ min: 2, max: 16 })
    gate.resolve()
    await events.count('job.succeeded', 40, 30_000)
    await vi.waitFor(() => expect(worker.slots).toBeLessThan(16), { timeout: 60_000, interval: 100 })
  }, 180_000)

  test('can be told its bounds while it works, and a fixed number ends that', async () => {
    const app = testApp(broker)
    const { worker } = await app.worker({ options: { id: 'w' } })
    const tell = async (command: Parameters<typeof app.engine.command>[0]) =>
      (await app.engine.command(command, ['w'], 5000))[0]?.text
    expect(await tell({ name: 'autoscale', min: 2, max: 5 })).toBe('concurrency is from 2 to 5 now, as needed')
    expect(worker.slots).toBe(5)
    expect(await tell({ name: 'pool-grow', by: 1 })).toBe('concurrency is 6 now (was 5); autoscale is off')
    expect(await tell({ name: 'autoscale', min: 1, max: 3 })).toBe('concurrency is from 1 to 3 now, as needed')
    expect(await tell({ name: 'autoscale' })).toBe('autoscale is off, concurrency stays at 3')
    expect(worker.slots).toBe(3)
  })
})
