import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 2)

/** Keeps no trace of a job that has run, so that its id alone would not keep a second one out. */
function ledger() {
  const runs: string[] = []
  const Tick = defineTask({ name: 'Tick', ignoreResult: true }, async ({ request: { schedule } }) => {
    runs.push(`${schedule?.name} ${schedule?.slot.toISOString()}`)
  })
  return { runs, Tick }
}

const hourly = (name: string, over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({ name, task: 'Tick', schedule: { kind: 'interval', everyMs: HOUR, anchorMs: 0 }, ...over })

describe('exactly one job per slot', () => {
  it('when three beats believe to lead at once', async () => {
    const { runs, Tick } = ledger()
    const app = testApp(broker, { tasks: [Tick] })
    const { events: jobs } = await app.worker()
    const clock = new VirtualClock(START)
    const entries = ['a', 'b', 'c', 'd'].map((name) => hourly(name))
    const beats = await Promise.all([1, 2, 3].map(() => startBeat(app, entries, { clock, leadsAlways: true })))
    await Promise.all(beats.map(({ events }) => events.waitFor('beat.leading')))
    const slots = 250
    for (let slot = 1; slot <= slots; slot++) {
      clock.advance(HOUR)
      await jobs.count('job.succeeded', slot * entries.length)
    }
    const wanted = Array.from({ length: slots }, (_, slot) => new Date(START + (slot + 1) * HOUR).toISOString())
    const all = wanted.flatMap((iso) => entries.map(({ name }) => `${name} ${iso}`))
    expect(runs.sort()).toEqual(all.sort())
    const enqueuers = beats.filter(({ events }) => events.of('slot.enqueued').length > 0)
    expect(enqueuers.length).toBeGreaterThan(1)
  }, 240_000)

  it('when the leader was frozen while another took over', async () => {
    const { runs, Tick } = ledger()
    const app = testApp(broker, { tasks: [Tick] })
    const { events: jobs } = await app.worker()
    const clock = new VirtualClock(START)
    const thaw = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const frozen = await startBeat(app, [hourly('a')], {
      clock,
      leadsAlways: true,
      jobs: {
        // Frozen between what it has read and what it is about to write.
        plan: async (call) => {
          reached.resolve()
          await thaw.promise
          return app.client.plan(call)
        },
        hasEnded: async () => true,
        revoke: async () => true,
      },
    })
    await frozen.events.waitFor('beat.leading')
    clock.advance(HOUR)
    await reached.promise
    const successor = await startBeat(app, [hourly('a')], { clock, leadsAlways: true })
    await successor.events.waitFor('slot.enqueued')
    await jobs.count('job.succeeded', 1)
    thaw.resolve()
    clock.advance(HOUR)
    await jobs.count('job.succeeded', 2)
    await frozen.beat.stop()
    expect(runs).toEqual(['a 2026-03-02T01:00:00.000Z', 'a 2026-03-02T02:00:00.000Z'])
    const told = [...frozen.events.of('slot.enqueued'), ...successor.events.of('slot.enqueued')]
    expect(told).toHaveLength(2)
  })

  it('when the connection is cut under the transactions, again and again', async () => {
    const { runs, Tick } = ledger()
    const app = testApp(broker, { tasks: [Tick] })
    const { events: jobs } = await app.worker()
    const clock = new VirtualClock(START)
    const { events } = await startBeat(app, [hourly('a'), hourly('b')], { clock })
    await events.waitFor('beat.leading')
    const slots = 60
    for (let slot = 1; slot <= slots; slot++) {
      clock.advance(HOUR)
      if (slot % 3 === 0) await app.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => {})
      // After trouble it waits a second, by this clock.
      const nudge = setInterval(() => clock.advance(1), 20)
      await jobs.count('job.succeeded', slot * 2, 20_000).finally(() => clearInterval(nudge))
    }
    expect(new Set(runs).size).toBe(runs.length)
    expect(runs).toHaveLength(slots * 2)
  }, 240_000)
})
