import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConsumptionWatch } from '../../src/worker/consumption-watch.js'
import { Dispatcher } from '../../src/worker/dispatcher.js'
import { FakeLane } from './fake-lane.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A lane whose waits, or questions, never end once it hangs. */
class HangingLane extends FakeLane {
  hangs: 'never' | 'at a wait' | 'at a question' = 'never'

  override async pull(token?: string) {
    if (this.hangs === 'at a question') await new Promise(() => {})
    return (super.pull as (token?: string) => ReturnType<FakeLane['pull']>)(token)
  }

  override async waitForWork(): Promise<void> {
    if (this.hangs === 'at a wait') await new Promise(() => {})
    await Promise.race([super.waitForWork(), new Promise((resolve) => setTimeout(resolve, 5000))])
  }
}

function watched({ concurrency = 2, maxJobs = Number.POSITIVE_INFINITY, lanes = ['mails'] } = {}) {
  const dispatcher = new Dispatcher('w', {
    concurrency,
    queueConcurrency: new Map(),
    untilEmpty: false,
    maxJobs,
    run: () => new Promise(() => {}),
    giveBack: async () => {},
    onLimited: () => {},
    onError: () => {},
  })
  const served = lanes.map((name) => new HangingLane(name))
  for (const lane of served) dispatcher.add(lane.consumer)
  const told: unknown[] = []
  const broker = { isConnected: true, answers: true, refusal: '' }
  const watch = new ConsumptionWatch({
    dispatcher,
    isConnected: () => broker.isConnected,
    onStuck: (reason, endsInMs) => told.push({ reason, endsInMs }),
    onGivenUp: (error) => told.push(error.code),
  })
  /** Lets seconds pass, with the worker's clocks. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      if (broker.refusal !== '') await watch.hear(Promise.reject(new Error(broker.refusal))).catch(() => {})
      else if (broker.answers) await watch.hear(Promise.resolve())
      await vi.advanceTimersByTimeAsync(1000)
      await watch.look()
    }
  }
  return { lanes: served as [HangingLane, ...HangingLane[]], watch, told, broker, pass }
}

describe('a worker whose queues answer', () => {
  test('is well, idle or at its rate limit or busy', async () => {
    const { lanes, watch, told, pass } = watched()
    await pass(90)
    lanes[0].limitFor(60_000)
    lanes[0].put(5)
    await pass(90)
    expect(watch.trouble).toBeUndefined()
    expect(told).toEqual([])
  })

  test('is well with all its slots in use, and after the last job that it was to take', async () => {
    for (const options of [{ concurrency: 1 }, { concurrency: 4, maxJobs: 1 }]) {
      const { lanes, watch, told, pass } = watched(options)
      lanes[0].put(2)
      await pass(2)
      lanes[0].hangs = 'at a question'
      await pass(90)
      expect(watch.trouble).toBeUndefined()
      expect(told).toEqual([])
    }
  })

  test('was not stuck while its process was frozen', async () => {
    const { lanes, told, pass } = watched()
    lanes[0].hangs = 'at a wait'
    await pass(3)
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 120_000)
    await pass(3)
    expect(told).toEqual([])
  })
})

describe('a worker that takes no jobs', () => {
  test('because a wait does not end says so after 20 seconds, and is given up after 60', async () => {
    const { lanes, watch, told, pass } = watched({ lanes: ['mails', 'reports'] })
    await pass(10)
    lanes[0].hangs = 'at a wait'
    await pass(19)
    expect(told).toEqual([])
    await pass(8)
    const reason = 'queue mails was not asked for a job for 20s, though there is a free slot'
    expect(told).toEqual([{ reason, endsInMs: 40_000 }])
    expect(watch.trouble).toContain('queue mails was not asked for a job')
    await pass(40)
    expect(told.slice(1)).toEqual(['TASKQ_WORKER_STUCK'])
    await pass(40)
    expect(told).toHaveLength(2)
  })

  test('because a question is not answered says so, with one slot too', async () => {
    const { lanes, told, pass } = watched({ concurrency: 1 })
    await pass(3)
    lanes[0].hangs = 'at a question'
    await pass(90)
    const reason = 'queue mails was asked for a job, and has not answered for 20s'
    expect(told).toEqual([{ reason, endsInMs: 40_000 }, 'TASKQ_WORKER_STUCK'])
  })

  test('and then does again is well', async () => {
    const { lanes, watch, told, pass } = watched()
    await pass(1)
    lanes[0].failFor(40_000)
    await pass(30)
    expect(watch.trouble).toMatch(/^queue mails has given no answer for \d\ds: away$/)
    await pass(20)
    expect(watch.trouble).toBeUndefined()
    expect(told).toHaveLength(1)
  })

  test('because the broker refuses it says so, and goes on', async () => {
    const { lanes, told, watch, pass } = watched()
    vi.spyOn(lanes[0], 'pull').mockRejectedValue(new Error("NOPERM this user has no permissions to run 'evalsha'"))
    await pass(90)
    expect(watch.trouble).toContain('NOPERM')
    expect(told).toEqual([{ reason: expect.stringContaining('NOPERM'), endsInMs: undefined }])
  })

  test('because the broker refuses its heartbeats says so, and not that it does not answer', async () => {
    const { told, watch, broker, pass } = watched()
    await pass(3)
    broker.refusal = "OOM command not allowed when used memory > 'maxmemory'."
    await pass(10)
    expect(watch.trouble).toBeUndefined()
    await pass(90)
    expect(watch.trouble).toBe(`the broker refuses what the worker tells it: ${broker.refusal}`)
    Object.assign(broker, { refusal: '', answers: false })
    await pass(20)
    expect(watch.trouble).toBe('the broker does not answer')
    broker.answers = true
    await pass(2)
    expect(watch.trouble).toBeUndefined()
    expect(told).toEqual([])
  })

  test('because the broker is away waits for it', async () => {
    const { lanes, told, watch, broker, pass } = watched()
    lanes[0].hangs = 'at a wait'
    await pass(3)
    broker.answers = false
    await pass(20)
    expect(watch.trouble).toBe('the broker does not answer')
    await pass(90)
    broker.answers = true
    await pass(15)
    expect(told).toEqual([])
    broker.isConnected = false
    expect(watch.trouble).toBe('the broker does not answer')
  })
})
