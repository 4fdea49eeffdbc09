import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../src/events/live-event.ts'
import { initialState } from '../../src/tui/state.ts'
import { JOBS, makeJob, makeJobDetail, makeOverview, makeState, NOW } from './fixtures.ts'
import { play, press } from './play.ts'

const look = { theme: 'default', themes: ['default'], ascii: false, color: true }
const first = initialState({ readOnly: false, look, size: { columns: 80, rows: 24 }, nowMs: NOW })
const lost = { kind: 'lost', problem: 'no answer', nowMs: NOW, retryAtMs: NOW + 1000 } as const
const arrival = { kind: 'overview', overview: makeOverview() } as const
const event = (id: string): LiveEvent => ({ name: 'job.started', at: NOW, worker: 'w', id, task: 't', queue: 'q' })
const live = (dropped: number, ...ids: readonly string[]) =>
  ({ kind: 'live', batch: { events: ids.map(event), dropped } }) as const

describe('looking again', () => {
  test.each<[what: string, state: Parameters<typeof play>[0], wanted: readonly object[]]>([
    ['the overview', makeState(), [{ kind: 'load-overview' }]],
    ['jobs where they are shown', makeState({ view: 'jobs' }), [{ kind: 'load-overview' }, { kind: 'load-jobs' }]],
    [
      'the job that is open, and not the list under it',
      press(makeState({ view: 'jobs' }), 'enter').state,
      [{ kind: 'load-overview' }, { kind: 'load-job', id: JOBS[0]?.id }],
    ],
    ['schedules', makeState({ view: 'schedules' }), [{ kind: 'load-overview' }, { kind: 'load-schedules' }]],
    ['nothing while frozen', makeState({ view: 'jobs', frozen: true }), []],
    [
      'only the overview while the broker is lost',
      play(makeState({ view: 'jobs' }), lost).state,
      [{ kind: 'load-overview' }],
    ],
  ])('reads %s', (_, state, wanted) => {
    expect(play(state, { kind: 'poll' }).effects).toMatchObject(wanted)
  })

  test('reads at once what was missed when the screen goes on', () => {
    const { effects } = press(makeState({ view: 'jobs', frozen: true }), 'space')
    expect(effects).toMatchObject([{ kind: 'load-overview' }, { kind: 'load-jobs' }])
  })
})

describe('a lost broker', () => {
  test('leaves what is on the screen, and says since when and when the next try comes', () => {
    const before = makeState()
    const once = play(before, lost).state
    const twice = play(once, { ...lost, nowMs: NOW + 1000, retryAtMs: NOW + 3000 }).state
    expect(twice.overview).toBe(before.overview)
    expect(twice.link).toEqual({ kind: 'lost', sinceMs: NOW, retryAtMs: NOW + 3000, problem: 'no answer' })
  })

  test('that was never there is lost as well', () => {
    expect(play(first, lost).state).toMatchObject({ overview: undefined, link: { kind: 'lost' } })
  })

  test('goes on by itself with all that is shown', () => {
    const { state, effects } = play(makeState({ view: 'jobs' }), lost, arrival)
    expect(state).toMatchObject({ link: { kind: 'live' }, notice: { text: 'the broker answers again' } })
    expect(effects).toMatchObject([{ kind: 'load-jobs' }])
  })
})

describe('notices', () => {
  test('stay for some seconds, and go with the next key', () => {
    const said = play(makeState(), { kind: 'told', text: 'copied x' }).state
    const second = (at: number) => ({ kind: 'second', nowMs: NOW + at }) as const
    expect(play(said, second(1), second(2), second(3), second(4), second(5)).state.notice?.text).toBe('copied x')
    expect(play(said, ...[1, 2, 3, 4, 5, 6].map(second)).state.notice).toBeUndefined()
    expect(press(said, 'j').state.notice).toBeUndefined()
  })

  test('tell what could not be read', () => {
    expect(play(makeState(), { kind: 'trouble', problem: 'no such queue' }).state.notice).toMatchObject({
      ...{ tone: 'error', text: 'no such queue' },
    })
  })
})

describe('time', () => {
  test('goes on with each second, but not on a frozen screen', () => {
    const second = { kind: 'second', nowMs: NOW + 1000 } as const
    expect(play(makeState(), second).state.nowMs).toBe(NOW + 1000)
    expect(play(makeState({ frozen: true }), second).state.nowMs).toBe(NOW)
  })
})

describe('events', () => {
  test('are kept to the last thousand, and those that never came are counted', () => {
    const ids = Array.from({ length: 700 }, (_, index) => `job${index}`)
    const { events } = play(first, live(3, ...ids), live(4, ...ids)).state
    expect(events).toMatchObject({ dropped: 7, seen: 1400 })
    expect(events.rows).toHaveLength(1000)
    expect(new Set(events.rows.map(({ key }) => key)).size).toBe(1000)
    expect(events.rows.at(-1)?.id).toBe('job699')
  })

  test('wait while the screen is frozen', () => {
    const frozen = play(first, live(0, 'a'), { kind: 'key', key: 'space' }, live(0, 'b', 'c')).state
    expect(frozen.events.rows.map(({ id }) => id)).toEqual(['a'])
    expect(press(frozen, 'space').state.events).toMatchObject({
      held: [],
      rows: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    })
  })
})

describe('what comes from outside', () => {
  const huge = 'x'.repeat(10_000_000)
  const sizeOf = (value: unknown): number => JSON.stringify(value).length

  test('is never kept at its full length', () => {
    const job = makeJob('a', { args: huge, error: huge, progress: { deep: [huge] } })
    const page = play(makeState({ view: 'jobs' }), {
      ...{ kind: 'jobs', asked: 0, page: { rows: [job], searched: 1, total: 1 } },
    }).state
    expect(sizeOf(page.jobs)).toBeLessThan(20_000)
    const batch = { events: [{ ...event('a'), failure: { name: huge, message: huge }, reason: huge }], dropped: 0 }
    expect(sizeOf(play(first, { kind: 'live', batch }).state.events)).toBeLessThan(100_000)
    const failure = { name: 'E', message: huge, stack: huge }
    const detail = makeJobDetail({
      id: JOBS[0]?.id ?? '',
      argsJson: huge,
      logs: [huge, huge],
      failure,
      resultJson: huge,
    })
    const open = press(makeState({ view: 'jobs' }), 'enter').state
    expect(sizeOf(play(open, { kind: 'job', id: detail.id, detail }).state.pages)).toBeLessThan(400_000)
    const queues = [{ ...makeOverview().queues[0], queue: huge }] as never
    const overview = makeOverview({ queues })
    expect(sizeOf(play(first, { kind: 'overview', overview }).state.overview)).toBeLessThan(20_000)
    expect(play(first, { kind: 'trouble', problem: huge }).state.notice?.text.length).toBeLessThan(5000)
  })

  test('stays as it is where it is short', () => {
    const overview = makeOverview()
    expect(play(first, { kind: 'overview', overview }).state.overview).toBe(overview)
    const detail = makeJobDetail({ id: JOBS[0]?.id ?? '' })
    const open = press(makeState({ view: 'jobs' }), 'enter').state
    expect(play(open, { kind: 'job', id: detail.id, detail }).state.pages).toMatchObject([{ detail }])
  })

  test('loses no date', () => {
    const state = play(first, { kind: 'schedules', schedules: makeState().schedules ?? [] }).state
    expect(state.schedules?.[0]?.next).toBeInstanceOf(Date)
  })
})

describe('keys that come at once', () => {
  test('are pressed one after the other, Enter among them', () => {
    expect(play(makeState(), { kind: 'typed', text: ':jobs dead\r' }).state).toMatchObject({
      ...{ view: 'jobs', jobs: { place: 'dead' }, dialog: undefined },
    })
    expect(play(makeState(), { kind: 'typed', text: 'jjj' }).state.lists.queues.cursor).toBe('payments-of-the-eu')
  })

  test('are Ctrl with a letter, Backspace and Esc as well', () => {
    const { state } = play(makeState(), { kind: 'typed', text: 'jj\u0015/ex\u007fm\r' })
    expect(state.lists.queues).toMatchObject({ filter: 'em', cursor: 'emails' })
    expect(play(makeState(), { kind: 'typed', text: '/em\u001bj' }).state.lists.queues).toMatchObject({ filter: '' })
    expect(play(makeState(), { kind: 'typed', text: 'j\u0003' }).effects).toEqual([{ kind: 'quit' }])
  })

  test('answer no question that one of them asks', () => {
    const { state, effects } = play(makeState({ view: 'jobs' }), { kind: 'typed', text: 'Dy' })
    expect(state.dialog).toMatchObject({ kind: 'confirm' })
    expect(effects).toEqual([])
  })

  test('are no keys where they were pasted', () => {
    const { state, effects } = play(makeState({ view: 'jobs' }), { kind: 'paste', text: 'ro' })
    expect(effects).toEqual([])
    expect(state.notice?.text).toBe('pasted text is for / and : only')
    const typing = press(makeState(), '/').state
    expect(play(typing, { kind: 'paste', text: 'a\nb\u0000' }).state.lists.queues.filter).toBe('a b')
  })
})
