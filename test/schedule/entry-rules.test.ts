import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/errors/problems.js'
import { checkScheduleEntry } from '../../src/schedule/check-entry.js'

function linesOf(written: object): string[] {
  const checked = checkScheduleEntry('nightly', { task: 'reports.Daily', ...written }, { timezone: 'UTC' })
  return 'problems' in checked ? checked.problems.map(formatProblem) : []
}

describe('what is refused of its rules', () => {
  test.each<[object, string]>([
    [{ cron: '@daily', limit: 0 }, 'schedule.nightly.limit: expected a whole number from 1 to 1000000000, got 0'],
    [
      { cron: '@daily', jitter: '25h' },
      "schedule.nightly.jitter: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; from 0ms to 24h, got \"25h\"",
    ],
    [{ every: '10s', jitter: '10s' }, 'schedule.nightly.jitter: expected less than every, 10s, got "10s"'],
    [
      { cron: '* * * * * *', jitter: '2h' },
      'schedule.nightly.jitter: expected less than 1s, the shortest time between two slots, got "2h"',
    ],
    [
      { cron: '0,50 9-17 * * mon', jitter: '10m' },
      'schedule.nightly.jitter: expected less than 10m, the shortest time between two slots, got "10m"',
    ],
    [
      { cron: '@daily', misfire: { grace: 0 } },
      "schedule.nightly.misfire.grace: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; from 1s to 7d, got 0",
    ],
    [
      { cron: '@daily', misfire: 'lsat' },
      'schedule.nightly.misfire: expected one of skip, last, all, got "lsat" (did you mean last?)',
    ],
    [
      { cron: '@daily', misfire: true },
      "schedule.nightly.misfire: expected one of skip, last, all, or an object such as { run: 'last', grace: '5m' }, got true",
    ],
    [{ cron: '@daily', misfire: { max: 5 } }, "schedule.nightly.misfire.max: expected run: 'all' beside it, got 5"],
    [
      { cron: '@daily', misfire: { run: 'all', max: 1001 } },
      'schedule.nightly.misfire.max: expected a whole number from 1 to 1000, got 1001',
    ],
    [
      { cron: '@daily', misfire: { grace: '8d' } },
      "schedule.nightly.misfire.grace: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; from 1s to 7d, got \"8d\"",
    ],
    [
      { cron: '@daily', overlap: 'skpi' },
      'schedule.nightly.overlap: expected one of allow, skip, queue, cancel, got "skpi" (did you mean skip?)',
    ],
    [{ cron: '@daily', args: 'eu' }, 'schedule.nightly.args: expected an array of arguments, got "eu"'],
    [
      { cron: '@daily', options: { queue: 'a:b' } },
      'schedule.nightly.options.queue: expected a queue name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit), got "a:b"',
    ],
    [{ cron: '@daily', options: 5 }, "schedule.nightly.options: expected an object such as { countdown: '5m' }, got 5"],
    [
      { cron: '@daily', options: { eta: '2026-12-24T18:00:00Z' } },
      'schedule.nightly.options.eta: expected nothing: the times are the entry\'s, got "2026-12-24T18:00:00Z"',
    ],
    [
      { cron: '@daily', options: { taskId: 'nightly' } },
      'schedule.nightly.options.taskId: expected nothing: each slot\'s job has an id of its own, got "nightly"',
    ],
    [
      { cron: '@daily', options: { idempotencyKey: 'k' } },
      'schedule.nightly.options.idempotencyKey: expected nothing: a slot makes one job anyway, got "k"',
    ],
    [
      { cron: '@daily', options: { keepLatest: true } },
      "schedule.nightly.options.keepLatest: expected nothing: overlap: 'queue' of the entry does this, got true",
    ],
    [
      { cron: '@daily', options: { expires: '2030-12-24T18:00:00Z' } },
      "schedule.nightly.options.expires: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; endAt of the entry ends it, got \"2030-12-24T18:00:00Z\"",
    ],
    [
      { cron: '@daily', timezone: 'UTC' },
      'schedule.nightly.timezone: expected one of task, cron, every, solar, at, args, options, tz, days, startAt, endAt, limit, jitter, misfire, overlap, got an unknown key',
    ],
  ])('%j', (written, line) => expect(linesOf(written)).toEqual([line]))
})

test.each([
  { cron: '* * * * * *', jitter: '500ms' },
  { cron: '0,50 9-17 * * mon', jitter: '9m' },
  { cron: '0 3 * * *', tz: 'Europe/Berlin', jitter: '22h' },
  { cron: '0 3 29 2 *', jitter: '24h' },
  { solar: { event: 'sunset', latitude: 52.5, longitude: 13.4 }, jitter: '12h' },
  { at: '2026-12-24T18:00', jitter: '24h' },
])('a jitter shorter than the time between two slots is good: %j', (written) => expect(linesOf(written)).toEqual([]))

test('so is one of each of 1,000 crontabs, soon', () => {
  const started = performance.now()
  for (let n = 0; n < 1000; n++) linesOf({ cron: `${n % 60} ${n % 24} * * *`, tz: 'Europe/Berlin', jitter: '5m' })
  expect(performance.now() - started).toBeLessThan(3000)
})
