import { describe, expect, it } from 'vitest'
import type { MisfireRule, ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 2)

const Tick = defineTask({ name: 'Tick' }, async () => {})

const everyMinute = (misfire: Partial<MisfireRule> = {}): ScheduleEntry =>
  entryOf({
    name: 'e',
    task: 'Tick',
    schedule: { kind: 'interval', everyMs: MINUTE, anchorMs: 0 },
    misfire: { run: 'last', max: 10, graceMs: 30_000, ...misfire },
  })

const waiting = ({ redis, keys }: TestApp) => redis.llen(keys.lane('default', 'wait'))

describe('an hour without any beat', () => {
  it.each([
    ['skip', { run: 'skip' }, 0, 60],
    ['last', { run: 'last' }, 1, 59],
    ['all', { run: 'all', max: 7 }, 7, 53],
    ['a longer grace', { run: 'skip', graceMs: 2 * 60 * MINUTE }, 60, 0],
  ] as const)('%s', async (_, misfire, ran, skipped) => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const first = await startBeat(app, [everyMinute(misfire)], { clock })
    await first.events.waitFor('beat.leading')
    await first.beat.stop()
    clock.advance(60 * MINUTE + 45_000)
    const { events, store } = await startBeat(app, [everyMinute(misfire)], { clock })
    await events.until(
      () => events.of('slot.enqueued').length === ran && (skipped === 0 || events.of('slots.skipped').length === 1),
      5000,
      'what becomes of the missed slots',
    )
    // The next slot comes as if nothing had been.
    clock.advance(15_000)
    await events.waitFor('slot.enqueued', ({ slotMs }) => slotMs === START + 61 * MINUTE)
    expect(await waiting(app)).toBe(ran + 1)
    expect((await store.read(['e'])).get('e')?.state).toMatchObject({ runs: ran + 1, skipped })
    if (skipped > 0) {
      expect(events.of('slots.skipped')).toEqual([
        { name: 'slots.skipped', schedule: 'e', reason: 'missed', count: skipped },
      ])
    }
  })
})

describe('an entry that is paused', () => {
  it('misses nothing: what was due meanwhile never was', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const { events, store } = await startBeat(app, [everyMinute({ run: 'all', max: 100 })], { clock })
    await events.waitFor('beat.leading')
    await store.change(['e'], (records) => {
      const state = records.get('e')?.state
      if (state === undefined) throw new Error('the entry has no state')
      return { writes: [{ name: 'e', state: { ...state, paused: true } }], jobs: [], isEdit: true }
    })
    clock.advance(10 * MINUTE)
    await store.change(['e'], (records) => {
      const state = records.get('e')?.state
      if (state === undefined) throw new Error('the entry has no state')
      const resumed = { ...state, paused: false, cursorMs: clock.now() }
      return { writes: [{ name: 'e', state: resumed }], jobs: [], isEdit: true }
    })
    clock.advance(MINUTE)
    const { slotMs } = await events.waitFor('slot.enqueued')
    expect(slotMs).toBe(START + 11 * MINUTE)
    expect(await waiting(app)).toBe(1)
  })
})
