import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 2)

const Tick = defineTask({ name: 'Tick' }, async () => {})

const every = (name: string, ms: number, over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({ name, task: 'Tick', schedule: { kind: 'interval', everyMs: ms, anchorMs: 0 }, ...over })

describe('entries that are lost in the broker', () => {
  it('are back before their next slot, which is not missed', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const { events } = await startBeat(app, [every('a', MINUTE)], { clock })
    await events.waitFor('beat.leading')
    const lost = await app.redis.keys(`${app.keys.prefix}~schedule*`)
    expect(lost.length).toBeGreaterThan(1)
    await app.redis.del(...lost)
    clock.advance(MINUTE)
    const { slotMs } = await events.waitFor('slot.enqueued')
    expect(slotMs).toBe(START + MINUTE)
  })

  it('are back within 30 s when they are not due for long', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const { events, store } = await startBeat(app, [every('a', 24 * 60 * MINUTE)], { clock })
    await events.waitFor('beat.leading')
    await app.redis.del(...(await app.redis.keys(`${app.keys.prefix}~schedule*`)))
    clock.advance(30_000)
    await events.count('schedules.reconciled', 2)
    expect((await store.readAll()).records.get('a')?.definition?.entry.task).toBe('Tick')
  })

  it('in part: the progress alone comes back where it was', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const { events, store } = await startBeat(app, [every('a', MINUTE)], { clock })
    await events.waitFor('beat.leading')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 1)
    await app.redis.hset(app.keys.schedule('a'), 'state', '{"cursorMs":"junk')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 2)
    expect((await store.read(['a'])).get('a')?.state).toMatchObject({ runs: 2, skipped: 0 })
  })
})

describe('an entry that cannot be used', () => {
  it('is told once, and stops no other', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const junk = [
      'junk',
      'null',
      '{}',
      '{"v":2}',
      '{"v":1,"owner":"runtime","entry":{"task":"T","schedule":{"kind":"?"}}}',
    ]
    for (const [index, definition] of junk.entries()) {
      await app.redis.sadd(app.keys.schedules, `bad-${index}`)
      await app.redis.hset(app.keys.schedule(`bad-${index}`), { definition, state: '{"cursorMs":0,"runs":0}' })
    }
    const { events } = await startBeat(app, [every('a', MINUTE)], { clock })
    await events.waitFor('beat.leading')
    for (let slot = 1; slot <= 3; slot++) {
      clock.advance(MINUTE)
      await events.count('slot.enqueued', slot)
    }
    const told = events.of('schedule.unusable').map(({ schedule }) => schedule)
    expect(told.sort()).toEqual(junk.map((_, index) => `bad-${index}`))
  })
})

describe('what it costs', () => {
  it('a beat that takes over entries that have not changed writes nothing', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const entries = Array.from({ length: 50 }, (_, index) => every(`e${index}`, MINUTE))
    const first = await startBeat(app, entries, { clock })
    await first.events.waitFor('beat.leading')
    await first.beat.stop()
    const before = await app.redis.mget(app.keys.scheduleEdits)
    const second = await startBeat(app, entries, { clock })
    await second.events.waitFor('beat.leading')
    expect(await app.redis.mget(app.keys.scheduleEdits)).toEqual(before)
    expect(second.events.of('schedules.reconciled')).toEqual([])
  })
})
