import { describe, expect, test } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { findProblems } from '../../src/config/find-problems.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { formatProblem } from '../../src/errors/problems.js'

const resolve = (value: unknown) => resolveConfig({ root: '/app', file: { path: '/app/taskq.config.ts', value } })
const lines = (config: unknown) => findProblems(config).map(formatProblem)

const SCHEDULE = {
  nightly: { task: 'reports.Daily', cron: '0 3 * * *', misfire: 'skip', args: [{ to: ['a'] }] },
  often: { task: 'mail.Poll', every: 90_500 },
  lamps: { task: 'lamps.On', solar: { event: 'sunset', latitude: 52.5, longitude: 13.4 } },
  once: { task: 'mail.Greet', at: '2026-12-24T18:00' },
}

describe('the schedule', () => {
  test('is resolved to entries, by the zone of the configuration', () => {
    const { schedule, timezone, origins } = resolve({ timezone: 'Europe/Berlin', schedule: SCHEDULE })
    expect(timezone).toBe('Europe/Berlin')
    expect(schedule.map(({ name }) => name)).toEqual(['nightly', 'often', 'lamps', 'once'])
    expect(schedule[0]).toMatchObject({ schedule: { tz: 'Europe/Berlin' }, misfire: { run: 'skip' } })
    expect(schedule[3]).toMatchObject({ schedule: { kind: 'clocked', atMs: Date.UTC(2026, 11, 24, 17) } })
    expect(origins).toMatchObject({ schedule: 'file', timezone: 'file' })
  })

  test('is frozen, and leaves the file alone', () => {
    const bytes = new Uint8Array(1)
    const cycle: unknown[] = [bytes]
    cycle.push(cycle)
    const written = { ...SCHEDULE, odd: { task: 'a', every: '1s', args: [cycle] } }
    const { schedule } = resolve({ schedule: written })
    expect(schedule.every((entry) => Object.isFrozen(entry) && Object.isFrozen(entry.args))).toBe(true)
    expect(Object.isFrozen(schedule[0]?.args[0])).toBe(true)
    expect([written, written.nightly, written.nightly.args[0]?.to, cycle, bytes].some(Object.isFrozen)).toBe(false)
  })

  test('shows what runs and when', () => {
    const shown = new Map(
      describeConfig(resolve({ schedule: SCHEDULE })).map(({ key, value }) => [key as string, value]),
    )
    expect(shown.get('timezone')).toBe('UTC')
    expect(shown.get('schedule')).toEqual({
      nightly: { task: 'reports.Daily', cron: '0 3 * * *', tz: 'UTC' },
      often: { task: 'mail.Poll', every: '90.5s' },
      lamps: { task: 'lamps.On', solar: { event: 'sunset', latitude: 52.5, longitude: 13.4 } },
      once: { task: 'mail.Greet', at: '2026-12-24T18:00:00.000Z' },
    })
  })
})

describe('what is refused', () => {
  test('is found with all else, naming the entry', () => {
    const schedule = { a: { task: 'a', cron: '0 3 * *' }, b: { task: 'b', every: '1h', overlap: 'skpi' } }
    expect(lines({ prefix: '', schedule }).map((line) => line.split(':')[0])).toEqual([
      'prefix',
      'schedule.a.cron',
      'schedule.b.overlap',
    ])
  })

  test.each<[object, string]>([
    [
      { schedule: [] },
      "schedule: expected an object such as { nightly: { task: 'reports.Daily', cron: '0 3 * * *' } }, got an array of 0",
    ],
    [
      { timezone: 'Europe/Berlni', schedule: { a: { task: 'a', cron: '@daily' } } },
      "timezone: expected an IANA time zone such as 'Europe/Berlin' or 'UTC', got \"Europe/Berlni\" (did you mean Europe/Berlin?)",
    ],
    [{ timezone: '+02:00' }, "timezone: expected an IANA time zone such as 'Europe/Berlin' or 'UTC', got \"+02:00\""],
    [{ timzone: 'UTC' }, expect.stringMatching(/^timzone: expected .*\(did you mean timezone\?\)$/)],
  ])('%j', (config, line) => expect(lines(config)).toEqual([line]))

  test('names that reach into prototypes change none', () => {
    const config = JSON.parse('{"schedule": {"__proto__": {"task": "a", "every": "1s"}, "a": {"__proto__": {}}}}')
    expect(lines(config).map((line) => line.split(': ')[0])).toEqual([
      'schedule.__proto__',
      'schedule.a.__proto__',
      'schedule.a.task',
      'schedule.a',
    ])
    expect(({} as { task?: unknown }).task).toBeUndefined()
  })
})
