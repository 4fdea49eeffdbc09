import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryOf, startBeat } from '../support/test-beat.js'

const broker = brokerOfFile()

const Tick = defineTask({ name: 'Tick' }, async () => {})

/** Due once a year: 1,000 entries that only have to be kept. */
const yearly = (count: number): ScheduleEntry[] =>
  Array.from({ length: count }, (_, index) =>
    entryOf({
      name: `entry-${index}`,
      task: 'Tick',
      args: [index],
      schedule: { kind: 'crontab', pattern: `${index % 60} 3 1 1 *`, tz: 'Europe/Berlin', days: 'either' },
    }),
  )

/** Commands that wrote something, by what the server counted. */
async function writesIn(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats')
  const counts = [...stats.matchAll(/^cmdstat_(hset|hdel|sadd|srem|del|incr|evalsha|exec|multi):calls=(\d+)/gm)]
  return counts.reduce((sum, [, , calls]) => sum + Number(calls), 0)
}

// These machines are noisy: a number that is missed is measured again. The bench compares it with BullMQ's.
describe('numbers', { retry: 2 }, () => {
  it('1,000 entries are stored within a second, and kept for nothing when they have not changed', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const app = testApp(broker, { tasks: [Tick] })
    const startedAt = performance.now()
    const first = await startBeat(app, yearly(1000))
    await first.events.waitFor('beat.leading')
    expect(performance.now() - startedAt).toBeLessThanOrEqual(1000)
    await first.beat.stop()
    const before = await writesIn(app.redis)
    const takenOverAt = performance.now()
    const second = await startBeat(app, yearly(1000))
    await second.events.waitFor('beat.leading')
    expect(performance.now() - takenOverAt).toBeLessThanOrEqual(1000)
    expect(await writesIn(app.redis)).toBe(before)
    // The same count sees what one changed entry costs.
    await second.beat.stop()
    const [changed = expect.fail('no entry'), ...others] = yearly(1000)
    const third = await startBeat(app, [{ ...changed, args: ['changed'] }, ...others])
    await third.events.waitFor('schedules.reconciled')
    expect(await writesIn(app.redis)).toBeGreaterThan(before)
    expect(third.events.of('schedules.reconciled')).toMatchObject([{ added: [], changed: ['entry-0'], removed: [] }])
  })

  it('an interval drifts by at most 100 ms at the 99th percentile, over 200 slots', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const runs: number[] = []
    const Tock = defineTask({ name: 'Tock', ignoreResult: true }, async ({ request: { schedule } }) => {
      runs.push(Date.now() - (schedule?.slot.getTime() ?? Number.NaN))
    })
    const app = testApp(broker, { tasks: [Tock] })
    const { events } = await app.worker()
    const schedule = { kind: 'interval', everyMs: 100, anchorMs: 0 } as const
    await startBeat(app, [entryOf({ name: 'tock', task: 'Tock', schedule })])
    await events.count('job.succeeded', 200, 25_000)
    const p99 = runs.sort((a, b) => a - b)[Math.floor(runs.length * 0.99)]
    expect(p99).toBeLessThanOrEqual(100)
  }, 40_000)
})
