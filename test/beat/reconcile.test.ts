import { describe, expect, it } from 'vitest'
import { planReconcile } from '../../src/beat/reconcile.js'
import { freshState, type ScheduleRecord, type ScheduleState } from '../../src/engine/schedules/schedule-record.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'

const NOW = 1_800_000_000_000
const DAY = 86_400_000

function entry(name: string, over: Partial<ScheduleEntry> = {}): ScheduleEntry {
  return {
    name,
    task: 'T',
    args: [],
    options: {},
    schedule: { kind: 'crontab', pattern: '0 3 * * *', tz: 'UTC', days: 'either' },
    jitterMs: 0,
    misfire: { run: 'last', max: 10, graceMs: 30_000 },
    overlap: 'allow',
    ...over,
  }
}

const MOVED_ON: ScheduleState = { cursorMs: NOW - 5000, runs: 7, skipped: 2, paused: true, heldSlotMs: NOW - 6000 }

const stored = (
  subject: ScheduleEntry,
  owner: 'code' | 'runtime' = 'code',
  state: ScheduleState = MOVED_ON,
): [string, ScheduleRecord] => [subject.name, { definition: { entry: subject, owner }, state }]

const plan = (code: ScheduleEntry[], records: [string, ScheduleRecord][], lastKnown?: [string, ScheduleState][]) =>
  planReconcile(code, new Map(records), NOW, new Map(lastKnown))

describe('the code against what is stored', () => {
  it('writes nothing when nothing has changed', () => {
    const subject = entry('a')
    // As it comes back from the broker.
    const same = JSON.parse(JSON.stringify(subject)) as ScheduleEntry
    expect(plan([subject], [stored(same)])).toEqual({ writes: [], added: [], changed: [], removed: [] })
  })

  it('adds what is new, from now on', () => {
    const subject = entry('a')
    expect(plan([subject], [])).toEqual({
      writes: [{ name: 'a', definition: { entry: subject, owner: 'code' }, state: freshState(NOW) }],
      added: ['a'],
      changed: [],
      removed: [],
    })
  })

  it('keeps how far an entry has come when its times stay the same', () => {
    const { writes, changed } = plan([entry('a', { args: [1] })], [stored(entry('a'))])
    expect(changed).toEqual(['a'])
    expect(writes).toMatchObject([{ definition: { entry: { args: [1] } }, state: MOVED_ON }])
  })

  it('begins anew when its times change, but stays paused', () => {
    const later = entry('a', { schedule: { kind: 'crontab', pattern: '0 4 * * *', tz: 'UTC', days: 'either' } })
    const { writes } = plan([later], [stored(entry('a'))])
    expect(writes[0]?.state).toEqual({ cursorMs: NOW, runs: 7, skipped: 2, paused: true })
  })

  it('takes away what left the code, and remembers how far it had come', () => {
    expect(plan([], [stored(entry('a'))])).toEqual({
      writes: [{ name: 'a', definition: null, state: { ...MOVED_ON, removedAtMs: NOW } }],
      added: [],
      changed: [],
      removed: ['a'],
    })
  })

  it('an entry that comes back is still paused, and begins now', () => {
    const gone: ScheduleRecord = { definition: undefined, state: { ...MOVED_ON, removedAtMs: NOW - DAY } }
    const { writes, added } = plan([entry('a')], [['a', gone]])
    expect(added).toEqual(['a'])
    expect(writes[0]?.state).toEqual({ cursorMs: NOW, runs: 7, skipped: 2, paused: true })
  })

  it('forgets after a week, silently', () => {
    const gone: ScheduleRecord = { definition: undefined, state: { ...MOVED_ON, removedAtMs: NOW - 8 * DAY } }
    const fresh: ScheduleRecord = { definition: undefined, state: { ...MOVED_ON, removedAtMs: NOW - 6 * DAY } }
    expect(
      plan(
        [],
        [
          ['a', gone],
          ['b', fresh],
        ],
      ),
    ).toEqual({
      writes: [{ name: 'a', isRemoved: true }],
      added: [],
      changed: [],
      removed: [],
    })
  })
})

describe('entries that were added while running', () => {
  it('stay', () => {
    expect(plan([], [stored(entry('a'), 'runtime')]).writes).toEqual([])
  })

  it('become the code’s when the code has one of that name, and go on where they were', () => {
    const { writes, changed } = plan([entry('a')], [stored(entry('a'), 'runtime')])
    expect(changed).toEqual(['a'])
    expect(writes).toMatchObject([{ definition: { owner: 'code' }, state: MOVED_ON }])
  })

  it('of a later taskq are not touched', () => {
    const later: ScheduleRecord = { definition: undefined, state: MOVED_ON, unreadable: 'its layout, version 2' }
    expect(plan([], [['a', later]]).writes).toEqual([])
  })
})

describe('what was lost in the broker', () => {
  it('an entry goes on where it was last seen', () => {
    const { writes, added } = plan([entry('a')], [], [['a', MOVED_ON]])
    expect(added).toEqual(['a'])
    expect(writes[0]?.state).toEqual(MOVED_ON)
  })

  it.each(['code', 'runtime'] as const)('the state of an entry of the %s comes back', (owner) => {
    const subject = entry('a')
    const code = owner === 'code' ? [subject] : []
    const broken: ScheduleRecord = { definition: { entry: subject, owner }, state: undefined }
    expect(plan(code, [['a', broken]], [['a', MOVED_ON]]).writes).toEqual([{ name: 'a', state: MOVED_ON }])
    expect(plan(code, [['a', broken]]).writes).toEqual([{ name: 'a', state: freshState(NOW) }])
  })

  it('a definition of the code that is damaged is written anew', () => {
    const damaged: ScheduleRecord = { definition: undefined, state: MOVED_ON, unreadable: 'its stored form is damaged' }
    expect(plan([entry('a')], [['a', damaged]]).changed).toEqual(['a'])
  })
})
