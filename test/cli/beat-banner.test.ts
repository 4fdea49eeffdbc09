import { expect, test } from 'vitest'
import { presentBeatBanner } from '../../src/cli/presenters/beat.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { entryOf } from '../support/test-beat.js'
import { UNSAFE } from './cli-project.js'

const FACTS = { name: 'beat@host', version: '1.2.3', broker: 'redis://127.0.0.1:6379/0' }
const HOSTILE = 'x\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e\r\nforged'

function bannerOf(entries: readonly ScheduleEntry[], facts = FACTS): string[] {
  return presentBeatBanner(facts, entries).split('\n')
}

test('the banner names each entry, its task and its times, within 80 columns', () => {
  const lines = bannerOf([
    entryOf({
      name: 'nightly-report',
      task: 'reports.Daily',
      schedule: { kind: 'crontab', pattern: '0 3 * * *', tz: 'Europe/Berlin', days: 'either' },
    }),
    entryOf({ name: 'poll', task: 'mail.Poll', schedule: { kind: 'interval', everyMs: 10_000, anchorMs: 0 } }),
  ])
  expect(lines).toEqual([
    '',
    `taskq 1.2.3 · beat@host · process ${process.pid}`,
    '',
    '[config]',
    '  broker  redis://127.0.0.1:6379/0',
    '[schedule]',
    '  ENTRY           TASK           WHEN',
    '  nightly-report  reports.Daily  at 03:00 every day, Europe/Berlin',
    '  poll            mail.Poll      every 10 s',
    '',
  ])
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

test('without entries it says what Beat does then', () => {
  expect(bannerOf([])).toContain('  the code has no entries; those added while running are kept')
})

test('hostile names stay on their lines, and do nothing to a terminal', () => {
  const facts = { ...FACTS, name: HOSTILE, broker: HOSTILE }
  const hostile = entryOf({ name: HOSTILE, task: HOSTILE })
  const lines = bannerOf([hostile, entryOf({ name: 'long', task: 'x'.repeat(5000) })], facts)
  expect(lines).toHaveLength(10)
  expect(lines.join('\n')).not.toMatch(UNSAFE)
  expect(lines[7]).toContain('x\\u001b]0;owned\\u0007\\u001b[31m\\u009b2J\\u202e⏎forged')
  expect(lines[8]).toMatch(/^ {2}long +x{119}… {2}every 1 s$/)
})
