import { describe, expect, it } from 'vitest'
import type { ScheduleState } from '../../src/engine/schedules/schedule-record.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 2)
const Tick = defineTask({ name: 'Tick' }, async () => {})

const hourly = (name: string, over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({ name, task: 'Tick', schedule: { kind: 'interval', everyMs: HOUR, anchorMs: 0 }, ...over })

/** A first release that has run for an hour. */
async function firstRelease(entries: readonly ScheduleEntry[]) {
  const app = testApp(broker, { tasks: [Tick] })
  const clock = new VirtualClock(START)
  const { events, beat } = await startBeat(app, entries, { clock })
  await events.waitFor('beat.leading')
  clock.advance(HOUR)
  await events.count('slot.enqueued', entries.length)
  await beat.stop()
  const store = app.engine.openSchedules()
  app.onClose(() => store.close())
  const stateOf = async (name: string) => (await store.read([name])).get(name)?.state
  const edit = async (name: string, over: Partial<ScheduleState>) => {
    const outcome = await store.change([name], (records) => {
      const state = records.get(name)?.state ?? expect.fail(`${name} has no state`)
      return { writes: [{ name, state: { ...state, ...over } }], jobs: [], isEdit: true }
    })
    expect(outcome).toBe('done')
  }
  return { app, clock, store, stateOf, edit }
}

describe('a release', () => {
  it('touches only the entries that it changes', async () => {
    const { app, clock, stateOf, edit } = await firstRelease([hourly('a'), hourly('b'), hourly('c')])
    await edit('a', { paused: true })
    const before = { a: await stateOf('a'), c: await stateOf('c') }
    const next = await startBeat(app, [hourly('a'), hourly('b', { args: ['new'] }), hourly('c')], { clock })
    expect(await next.events.waitFor('schedules.reconciled')).toEqual({
      name: 'schedules.reconciled',
      added: [],
      changed: ['b'],
      removed: [],
    })
    await next.events.waitFor('beat.leading')
    expect({ a: await stateOf('a'), c: await stateOf('c') }).toEqual(before)
    expect(await stateOf('b')).toMatchObject({ runs: 1, cursorMs: START + HOUR })
  })

  it('is carried out although somebody edits the same entry at that moment', async () => {
    const { app, clock, stateOf } = await firstRelease([hourly('a')])
    const events: string[] = []
    const store = app.engine.openSchedules()
    app.onClose(() => store.close())
    const next = app.engine.openSchedules()
    // Between what the beat reads and what it writes.
    const read = next.change.bind(next)
    let isFirst = true
    next.change = (names, decide) =>
      read(names, async (records) => {
        if (isFirst && names.includes('a')) {
          isFirst = false
          const state = records.get('a')?.state ?? expect.fail('no state')
          await store.change(['a'], () => ({
            writes: [{ name: 'a', state: { ...state, paused: true } }],
            jobs: [],
            isEdit: true,
          }))
          events.push('edited')
        }
        return decide(records)
      })
    const beat = await startBeat(app, [hourly('a', { args: ['new'] })], { clock, store: next })
    await beat.events.waitFor('beat.leading')
    expect(events).toEqual(['edited'])
    expect((await store.read(['a'])).get('a')?.definition?.entry.args).toEqual(['new'])
    expect(await stateOf('a')).toMatchObject({ paused: true })
  })

  it('leaves entries of a later taskq alone, also its own', async () => {
    const { app, clock, store } = await firstRelease([hourly('a')])
    const later = JSON.stringify({ v: 2, what: 'nobody here knows' })
    await app.redis.hset(app.keys.schedule('a'), 'definition', later)
    const { events } = await startBeat(app, [hourly('a')], { clock })
    await events.waitFor('beat.leading')
    expect(events.of('schedule.unusable')).toMatchObject([{ schedule: 'a' }])
    expect(await app.redis.hget(app.keys.schedule('a'), 'definition')).toBe(later)
    expect((await store.read(['a'])).get('a')?.state).toMatchObject({ runs: 1 })
  })
})

describe('an entry whose time is past when it is added', () => {
  it('is told, once, and never runs', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const past = entryOf({ name: 'past', task: 'Tick', schedule: { kind: 'clocked', atMs: START - HOUR } })
    const { events } = await startBeat(app, [past, hourly('other')], { clock })
    await events.waitFor('beat.leading')
    clock.advance(HOUR)
    await events.count('slot.enqueued', 1)
    expect(events.of('schedule.unusable')).toEqual([
      { name: 'schedule.unusable', schedule: 'past', reason: 'all its slots lie in the past' },
    ])
    expect(events.of('slot.enqueued')).toMatchObject([{ schedule: 'other' }])
  })
})

describe('limit', () => {
  it('holds with slots that wait for the job before them', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    let hasEnded = false
    const jobs = {
      plan: app.client.plan.bind(app.client),
      hasEnded: async () => hasEnded,
      revoke: async () => false,
    }
    const subject = hourly('a', { overlap: 'queue', limit: 2 })
    const { events, store } = await startBeat(app, [subject], { clock, jobs })
    await events.waitFor('beat.leading')
    clock.advance(HOUR)
    await events.count('slot.enqueued', 1)
    clock.advance(HOUR)
    await events.count('slot.held', 1)
    hasEnded = true
    clock.advance(HOUR)
    await events.count('slot.enqueued', 2)
    for (let hour = 0; hour < 5; hour++) {
      clock.advance(HOUR)
      await store.edits()
    }
    expect(events.of('slot.enqueued')).toHaveLength(2)
    const state = (await store.read(['a'])).get('a')?.state
    expect(state).toMatchObject({ runs: 2 })
    expect(state).not.toHaveProperty('heldSlotMs')
  })
})

describe('the window of an entry', () => {
  it('no slot before startAt or after endAt; a clocked one once', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const bounded = hourly('bounded', { startAtMs: START + 2 * HOUR, endAtMs: START + 4 * HOUR })
    const once = entryOf({ name: 'once', task: 'Tick', schedule: { kind: 'clocked', atMs: START + 3 * HOUR } })
    const all = hourly('all')
    const { events } = await startBeat(app, [bounded, once, all], { clock })
    await events.waitFor('beat.leading')
    for (let hour = 1; hour <= 6; hour++) {
      clock.advance(HOUR)
      await events.waitFor('slot.enqueued', (each) => each.schedule === 'all' && each.slotMs === START + hour * HOUR)
    }
    const hoursOf = (name: string) =>
      events.of('slot.enqueued').flatMap(({ schedule, slotMs }) => (schedule === name ? [(slotMs - START) / HOUR] : []))
    expect(hoursOf('bounded')).toEqual([2, 3, 4])
    expect(hoursOf('once')).toEqual([3])
  })
})
