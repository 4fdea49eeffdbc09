import { expect, test } from 'vitest'
import { presentBackfill } from '../../src/cli/presenters/schedule-backfill.js'
import { presentAdded } from '../../src/cli/presenters/schedule-edits.js'
import { presentSchedules } from '../../src/cli/presenters/schedule-list.js'
import { type BackfilledSlot, LEFT_TO_BEAT } from '../../src/control/schedules-backfill.js'

const filled = (hour: number, reason?: string): BackfilledSlot => ({
  slot: new Date(Date.UTC(2026, 10, 1, hour)),
  jobId: `sums@${hour}`,
  enqueued: reason === undefined,
  ...(reason !== undefined && { reason }),
})

test('the first slot of an added entry is as far as the broker says, whatever the time is here', () => {
  const now = new Date(Date.UTC(2020, 0, 1))
  const next = new Date(now.getTime() + 7_200_000)
  const added = { name: 'sums', task: 'Add', when: 'every 2 h', replaced: false, next, now }
  expect(presentAdded(added)).toBe('Added sums: every 2 h · Add\nNext: 2020-01-01 02:00:00 UTC, in 2 h')
})

test('a backfill tells why slots were left out', () => {
  const there = 'its job is there: queued'
  const slots = [filled(0), filled(1, there), filled(2, LEFT_TO_BEAT), filled(3, LEFT_TO_BEAT)]
  expect(presentBackfill({ name: 'sums', dryRun: false, slots })).toBe(
    [
      'slot (UTC)           job',
      '2026-11-01 00:00:00  sums@0  enqueued',
      '2026-11-01 01:00:00  sums@1  its job is there: queued',
      '2026-11-01 02:00:00  sums@2  left to Beat, which has not dealt with it yet',
      '2026-11-01 03:00:00  sums@3  left to Beat, which has not dealt with it yet',
      '',
      'Enqueued 1 of 4 slots; 1 had their job; 2 are left to Beat.',
    ].join('\n'),
  )
  const dry = { name: 'sums', dryRun: true, slots: [filled(2, LEFT_TO_BEAT)] }
  expect(presentBackfill(dry)).toMatch(/\nWould enqueue 0 of 1 slot; 1 is left to Beat\.$/)
})

test('of a last job that is there no longer it is said that it was not kept', () => {
  const now = new Date(Date.UTC(2026, 10, 1, 12))
  const last = { slot: new Date(now.getTime() - 60_000), jobId: 'sums@1', state: 'unknown' } as const
  const schedules = [{ name: 'sums', paused: false, runs: 1, skipped: 0, last }]
  const text = presentSchedules({ schedules, beat: undefined, codeProblem: undefined, now })
  expect(text).toMatch(/^sums +none +not kept .*ago/m)
  expect(text).not.toContain('unknown')
})
