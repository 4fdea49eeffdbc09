import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { logBeatEvents } from '../../src/app/beat-log.js'
import type { BeatEvent } from '../../src/events/beat-event.js'

const HOSTILE = 'evil\u001b]0;title\u0007\r\nforged'
const SAFE = 'evil\\u001b]0;title\\u0007⏎forged'
const slot = { schedule: 'nightly', slotMs: Date.UTC(2026, 10, 22, 3) }
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`)
const reconciled = { name: 'schedules.reconciled', added: [], changed: [], removed: [] } as const

const EVENTS: [BeatEvent, string, string][] = [
  [{ name: 'beat.leading', entries: 1 }, 'info', 'beat leads: 1 schedule entry'],
  [{ name: 'beat.leading', entries: 2 }, 'info', 'beat leads: 2 schedule entries'],
  [{ name: 'beat.standing-by', leader: HOSTILE }, 'info', `beat stands by: ${SAFE} leads`],
  [{ name: 'beat.deposed', reason: HOSTILE }, 'warn', `beat leads no longer: ${SAFE}`],
  [
    { ...reconciled, added: ['a', HOSTILE], changed: ['c'] },
    'info',
    `schedule entries now as in the code: added a, ${SAFE}; changed c`,
  ],
  [{ ...reconciled, removed: ['a'] }, 'warn', 'schedule entries now as in the code: removed a'],
  [
    { ...reconciled, added: names(12) },
    'info',
    'schedule entries now as in the code: added n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more',
  ],
  [{ name: 'slot.enqueued', ...slot, jobId: 'j', lateMs: 999 }, 'info', 'nightly is due'],
  [{ name: 'slot.enqueued', ...slot, jobId: 'j', lateMs: 2000 }, 'info', 'nightly is due, 2s late'],
  [
    { name: 'slots.skipped', schedule: 'nightly', reason: 'missed', count: 1 },
    'warn',
    'nightly: 1 slot was skipped: it was not enqueued within the grace',
  ],
  [
    { name: 'slots.skipped', schedule: 'nightly', reason: 'missed', count: 3 },
    'warn',
    'nightly: 3 slots were skipped: they were not enqueued within the grace',
  ],
  [
    { name: 'slots.skipped', schedule: HOSTILE, reason: 'overlap', count: 1 },
    'warn',
    `${SAFE}: 1 slot was skipped: the job before has not ended`,
  ],
  [
    { name: 'slot.held', ...slot, jobId: 'j', revoked: false },
    'info',
    'nightly is due, and waits for the job before it to end',
  ],
  [{ name: 'slot.failed', ...slot, message: HOSTILE }, 'error', `nightly is due, but no job could be made: ${SAFE}`],
  [
    { name: 'schedule.unusable', schedule: 'nightly', reason: HOSTILE },
    'warn',
    `schedule entry nightly cannot be used here: ${SAFE}`,
  ],
  [
    { name: 'clock.skewed', skewMs: 2000 },
    'warn',
    "this machine's clock is 2s behind the broker's: schedules go by the broker's",
  ],
  [
    { name: 'clock.skewed', skewMs: -3000 },
    'warn',
    "this machine's clock is 3s ahead of the broker's: schedules go by the broker's",
  ],
  [{ name: 'broker.trouble', message: HOSTILE }, 'warn', `broker: ${SAFE}`],
]

function linesOf(event: BeatEvent): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug', base: null }, { write: (text: string) => void lines.push(JSON.parse(text)) })
  logBeatEvents(log)(event)
  return lines
}

describe('the log of a beat', () => {
  test.each(EVENTS)('%j', (event, level, msg) =>
    expect(linesOf(event)).toMatchObject([{ level: pino.levels.values[level], msg }]),
  )

  test('carries the entry, its slot and the job', () => {
    expect(linesOf({ name: 'slot.enqueued', ...slot, jobId: 'j', lateMs: 1.6 })).toMatchObject([
      { schedule: 'nightly', slot: '2026-11-22T03:00:00.000Z', job: 'j', lateMs: 2 },
    ])
    expect(linesOf({ name: 'slots.skipped', schedule: 'nightly', reason: 'missed', count: 3 })).toMatchObject([
      { schedule: 'nightly', count: 3 },
    ])
  })
})
