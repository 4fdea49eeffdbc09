import { describe, expect, it } from 'vitest'
import type { ScheduleState } from '../../src/engine/schedules/schedule-record.js'
import type { ScheduleStore } from '../../src/engine/schedules/schedule-store.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const Tick = defineTask({ name: 'Tick' }, async () => {})
const fast = (name: string) =>
  entryOf({ name, task: 'Tick', schedule: { kind: 'interval', everyMs: 100, anchorMs: 0 } })

async function edit(store: ScheduleStore, name: string, over: (now: ScheduleState) => Partial<ScheduleState>) {
  const change = () =>
    store.change([name], (records) => {
      const state = records.get(name)?.state
      if (state === undefined) throw new Error('the entry has no state')
      return { writes: [{ name, state: { ...state, ...over(state) } }], jobs: [], isEdit: true }
    })
  while ((await change()) === 'conflict');
}

async function enqueued({ redis, keys }: TestApp, name: string): Promise<number> {
  const ids = await redis.lrange(keys.lane('default', 'wait'), 0, -1)
  return ids.filter((id) => id.startsWith(`${name}@`)).length
}

describe('edits while beats run', () => {
  it('after a pause is stored, not one slot is enqueued', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [fast('paused'), fast('other')])
    const store = app.engine.openSchedules()
    app.onClose(() => store.close())
    await store.syncClock()
    const more = (name: string, count: number) => {
      const of = () => events.of('slot.enqueued').filter(({ schedule }) => schedule === name).length
      const wanted = of() + count
      return events.until(() => of() >= wanted, 5000, `${count} slots of ${name}`)
    }
    for (let round = 0; round < 5; round++) {
      await more('paused', 3)
      await edit(store, 'paused', () => ({ paused: true }))
      const before = await enqueued(app, 'paused')
      await more('other', 3)
      expect(await enqueued(app, 'paused')).toBe(before)
      await edit(store, 'paused', () => ({ paused: false, cursorMs: store.clock.now() }))
    }
    expect(events.of('slots.skipped')).toEqual([])
  }, 30_000)

  it('an entry that is added is enqueued by the beat that runs, within two seconds', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [])
    await events.waitFor('beat.leading')
    const store = app.engine.openSchedules()
    app.onClose(() => store.close())
    await store.syncClock()
    const state: ScheduleState = { cursorMs: store.clock.now(), runs: 0, skipped: 0, paused: false }
    await store.change([], () => ({
      writes: [{ name: 'new', definition: { entry: fast('new'), owner: 'runtime' }, state }],
      jobs: [],
      isEdit: true,
    }))
    const { slotMs } = await events.waitFor('slot.enqueued', () => true, 2000)
    expect(slotMs - state.cursorMs).toBeLessThanOrEqual(100)
  })
})

describe('the broker goes away', () => {
  it('slots that were due meanwhile are enqueued when it is back', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [fast('a')])
    await events.count('slot.enqueued', 3)
    broker.pause()
    const before = events.of('slot.enqueued').length
    await new Promise((resolve) => setTimeout(resolve, 1500))
    broker.resume()
    await events.count('slot.enqueued', before + 20)
    const slots = events.of('slot.enqueued').map(({ slotMs }) => slotMs)
    const gaps = slots.slice(1).map((slotMs, index) => slotMs - (slots[index] ?? 0))
    expect(new Set(gaps)).toEqual(new Set([100]))
  })

  it('a broker that comes back empty gets the entries of the code again', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const { events } = await startBeat(app, [fast('a')])
    await events.count('slot.enqueued', 3)
    await broker.restart()
    const before = events.of('slot.enqueued').length
    await events.count('slot.enqueued', before + 5, 20_000)
    const slots = events.of('slot.enqueued').map(({ slotMs }) => slotMs)
    expect(new Set(slots).size).toBe(slots.length)
  }, 40_000)
})
