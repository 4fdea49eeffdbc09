import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const HOUR = 3_600_000
const SAME_CLOCK = 'needs a broker with a clock of its own'
const Tick = defineTask({ name: 'Tick' }, async () => {})
const fast = entryOf({ name: 'fast', task: 'Tick', schedule: { kind: 'interval', everyMs: 200, anchorMs: 0 } })

afterEach(() => vi.restoreAllMocks())

/** This machine's clock, set wrong by so much. The broker's stays right. */
function setClock(offsetMs: number): void {
  const right = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => right() + offsetMs)
}

describe.each([
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
])('this machine’s clock is %s of the broker’s', (_, offsetMs) => {
  it('slots are those of the broker’s clock, and a warning is given once', async ({ skip }) => {
    skip(noRedis !== undefined, SAME_CLOCK)
    const rightNow = Date.now()
    setClock(offsetMs)
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [fast])
    await events.count('slot.enqueued', 3)
    const { slotMs, jobId, lateMs } = events.of('slot.enqueued')[2] ?? expect.fail('no slot')
    expect(Math.abs(slotMs - rightNow)).toBeLessThan(20_000)
    expect(lateMs).toBeLessThan(20_000)
    const job = await app.engine.jobs.find(jobId, 'default')
    expect(Math.abs((job?.enqueuedAt ?? 0) - slotMs)).toBeLessThan(20_000)
    const warnings = events.of('clock.skewed')
    expect(warnings).toHaveLength(1)
    expect(Math.abs((warnings[0]?.skewMs ?? 0) + offsetMs)).toBeLessThan(1000)
  })
})

describe('this machine’s clock jumps', () => {
  it('no slot is left out or doubled', async ({ skip }) => {
    skip(noRedis !== undefined, SAME_CLOCK)
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [fast])
    for (const offsetMs of [HOUR, -HOUR, 10 * HOUR, 0]) {
      setClock(offsetMs)
      await events.count('slot.enqueued', events.of('slot.enqueued').length + 3)
      vi.restoreAllMocks()
    }
    const slots = events.of('slot.enqueued').map(({ slotMs }) => slotMs)
    expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 200))
  })
})
