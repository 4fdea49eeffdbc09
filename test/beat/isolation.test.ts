import { describe, expect, it } from 'vitest'
import { planBeat } from '../../src/app/beat-request.js'
import { Beat } from '../../src/beat/beat.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { VirtualClock } from '../faults/kit/virtual-clock.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 2)
const Tick = defineTask({ name: 'Tick' }, async () => {})

const every = (name: string, everyMs = MINUTE, over: Partial<ScheduleEntry> = {}): ScheduleEntry =>
  entryOf({ name, task: 'Tick', schedule: { kind: 'interval', everyMs, anchorMs: 0 }, ...over })

/** What is wrong with a stored entry, and how the beat says so. */
const DAMAGES: readonly [string, (whole: Record<string, unknown>) => unknown, string][] = [
  ['no misfire', ({ misfire: _, ...rest }) => rest, 'its stored form is damaged'],
  ['no jitter', ({ jitterMs: _, ...rest }) => rest, 'its stored form is damaged'],
  ['another name', (whole) => ({ ...whole, name: 'good' }), 'its stored form is damaged'],
  ['a bad pattern', (whole) => ({ ...whole, schedule: cron('61 * * * *', 'UTC') }), '61'],
  ['a bad zone', (whole) => ({ ...whole, schedule: cron('* * * * *', 'Mars/Base') }), 'Mars/Base'],
  [
    'an interval of nothing',
    (whole) => ({ ...whole, schedule: { kind: 'interval', everyMs: 0, anchorMs: 0 } }),
    'damaged',
  ],
]
const cron = (pattern: string, tz: string) => ({ kind: 'crontab', pattern, tz, days: 'either' })

describe('an entry in trouble', () => {
  it.each(DAMAGES)('%s: the others go on', async (_, damage, reason) => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const entry = damage({ ...every('bad') })
    await app.redis.sadd(app.keys.schedules, 'bad')
    await app.redis.hset(app.keys.schedule('bad'), {
      definition: JSON.stringify({ v: 1, owner: 'runtime', entry }),
      state: JSON.stringify({ cursorMs: START, runs: 0, skipped: 0, paused: false }),
    })
    const { events } = await startBeat(app, [every('good')], { clock })
    await events.waitFor('beat.leading')
    for (let slot = 1; slot <= 3; slot++) {
      clock.advance(MINUTE)
      await events.count('slot.enqueued', slot)
    }
    expect(events.of('schedule.unusable')).toEqual([
      { name: 'schedule.unusable', schedule: 'bad', reason: expect.stringContaining(reason) },
    ])
    expect(events.of('broker.trouble')).toEqual([])
  })

  it('a key that holds something else: the others go on', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    await app.redis.sadd(app.keys.schedules, 'bad')
    await app.redis.set(app.keys.schedule('bad'), 'no hash')
    const { events } = await startBeat(app, [every('good')], { clock })
    await events.waitFor('beat.leading')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 1)
    expect(events.of('broker.trouble')).toEqual([])
  })

  it('one whose earlier job cannot be read is put aside, and told', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    const clock = new VirtualClock(START)
    const { events } = await startBeat(app, [every('bad', MINUTE, { overlap: 'skip' }), every('good')], { clock })
    await events.waitFor('beat.leading')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 2)
    const { jobId } = await events.waitFor('slot.enqueued', ({ schedule }) => schedule === 'bad')
    await app.redis.set(app.keys.job('default', jobId), 'no hash')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 3)
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 4)
    expect(events.of('slot.enqueued').filter(({ schedule }) => schedule === 'good')).toHaveLength(3)
    expect(events.of('schedule.unusable')).toMatchObject([{ schedule: 'bad' }])
  })
})

describe('a job that cannot be made', () => {
  it('ends no earlier job for it', async () => {
    const app = testApp(broker, { tasks: [Tick], config: { payload: { max: 120, warn: 120 } } })
    const clock = new VirtualClock(START)
    const revoked: string[] = []
    let isBroken = false
    const jobs = {
      plan: (call: Parameters<typeof app.client.plan>[0]) =>
        isBroken ? Promise.reject(new Error('it cannot be made')) : app.client.plan(call),
      hasEnded: async () => false,
      revoke: async ({ jobId }: { jobId: string }) => revoked.push(jobId) > 0,
    }
    const { events } = await startBeat(app, [every('a', MINUTE, { overlap: 'cancel' })], { clock, jobs })
    await events.waitFor('beat.leading')
    clock.advance(MINUTE)
    await events.count('slot.enqueued', 1)
    isBroken = true
    clock.advance(MINUTE)
    expect(await events.waitFor('slot.failed')).toMatchObject({ message: 'it cannot be made' })
    expect(revoked).toEqual([])
  })
})

describe('more than can be done at once', () => {
  it('edits are seen all the same', async ({ skip }) => {
    // 12,000 slots a second: the JavaScript broker would fall ever further behind.
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker, { tasks: [Tick] })
    const entries = Array.from({ length: 1200 }, (_, index) => every(`e${index}`, 100))
    const { events } = await startBeat(app, entries)
    await events.count('slot.enqueued', 1000)
    const store = app.engine.openSchedules()
    app.onClose(() => store.close())
    await store.syncClock()
    const state = { cursorMs: store.clock.now(), runs: 0, skipped: 0, paused: false }
    await store.change([], () => ({
      writes: [{ name: 'new', definition: { entry: every('new', 100), owner: 'runtime' }, state }],
      jobs: [],
      isEdit: true,
    }))
    await events.waitFor('slot.enqueued', ({ schedule }) => schedule === 'new', 30_000)
  }, 40_000)
})

describe('a stop while it begins', () => {
  it('ends quietly, and leaves no lease', async () => {
    const app = testApp(broker, { tasks: [Tick] })
    for (let round = 0; round < 20; round++) {
      const { engine, client } = app
      const beat = new Beat(
        engine.openSchedules(),
        planBeat([every('a')], engine, client, () => {}),
      )
      const started = beat.start()
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round / 4))
      await Promise.all([beat.stop(), started])
      await beat.done
      expect(await app.redis.exists(app.keys.beat)).toBe(0)
    }
  })
})
