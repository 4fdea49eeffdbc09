import { expect, test } from 'vitest'
import { widthOf } from '../../src/tui/clean-text.ts'
import { lineWidth } from '../../src/tui/line.ts'
import { placeTabs } from '../../src/tui/place-tabs.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { makeJob, makeOverview, makeQueue, makeState, makeWorker, NOW } from './fixtures.ts'
import { play } from './play.ts'
import { screen } from './terminal.ts'

process.env.TZ = 'UTC'

const queues = [makeQueue('emails', { succeeded: 19_000, queued: 1234, dead: 2601, scheduled: 150 })]
const jobs = (facts: Partial<DashboardState['jobs']>): DashboardState =>
  makeState({ view: 'jobs', overview: makeOverview({ queues }), jobs: { ...makeState().jobs, ...facts } })
const tabs = (facts: Partial<DashboardState['jobs']>, columns: number): string =>
  placeTabs(jobs(facts), columns)
    .map(({ text }) => text)
    .join('')
const header = (state: DashboardState, columns: number): string => screen(state, columns, 20).split('\n')[1] ?? ''

test.each<[facts: Partial<DashboardState['jobs']>, columns: number, wanted: string]>([
  [{ place: 'dead' }, 80, ' active 0  queued 1.2k  scheduled 150  retrying 0  succeeded 19k [dead 2.6k]'],
  [{ place: 'dead' }, 60, ' active  queued  scheduled  retrying  succeeded [dead 2.6k]'],
  [{ place: 'active' }, 60, '[active 0] queued  scheduled  retrying  succeeded  dead '],
  [{ place: 'dead', queue: 'emails' }, 60, '… scheduled  retrying  succeeded [dead 2.6k] of emails'],
  [{ place: 'scheduled', queue: 'emails' }, 40, '… queued [scheduled 150]… of emails'],
])('%j in %i cells: whole counts and places, the shown one always', (facts, columns, wanted) => {
  expect(tabs(facts, columns)).toBe(wanted)
})

test('jobs that wait for the end of another have a place where there are any, and while it is shown', () => {
  expect(tabs({ place: 'blocked' }, 100)).toContain(' queued 1.2k [blocked 0] scheduled 150 ')
  const state = jobs({ place: 'queued' })
  const some = { ...state, overview: makeOverview({ queues: [makeQueue('emails', { blocked: 3 })] }) }
  expect(
    placeTabs(some, 100)
      .map(({ text }) => text)
      .join(''),
  ).toContain('[queued 0] blocked 3 ')
})

test('no width cuts a count or the shown place', () => {
  for (let columns = 34; columns < 100; columns++)
    for (const place of ['active', 'scheduled', 'dead'] as const) {
      const spans = placeTabs(jobs({ place, queue: 'emails' }), columns)
      expect(lineWidth({ spans }), `${place} ${columns}`).toBeLessThanOrEqual(columns)
      expect(spans.map(({ text }) => text).join('')).toMatch(/\[(active 0|scheduled 150|dead 2\.6k)\]/)
    }
})

test("of a task's jobs nothing is counted: the counts would be of all tasks", () => {
  expect(tabs({ place: 'dead', task: 'Poll' }, 100)).toBe(
    ' active  queued  scheduled  retrying  succeeded [dead] of Poll',
  )
})

test.each(['redis://127.0.0.1:6379/0', 'rediss://a-long-name.abcdef.euw1.cache.example.com:6379/0'])(
  'at 80 columns the header of %s has the ping, the rates, the failures and the workers',
  (label) => {
    const rates = { in: 1234, out: 1234, failed: 0.1, retried: 0.4 }
    const broker = { ...makeOverview().broker, label, pingMs: 12.3 }
    const workers = Array.from({ length: 12 }, (_, index) => makeWorker(`w${index}@vm`))
    const text = header(makeState({ overview: makeOverview({ broker, rates, workers }) }), 80)
    for (const part of ['12ms', 'in 1.2k out 1.2k/s', 'failed 0.1/s', '12 workers', 'redis'])
      expect(text).toContain(part)
    expect(widthOf(text)).toBeLessThanOrEqual(80)
  },
)

test('a worker that is silent is neither counted as heard of nor as down', () => {
  const workers = [makeWorker('a@vm'), makeWorker('b@vm', { heardAt: NOW - 60_000 })]
  expect(header(makeState({ overview: makeOverview({ workers }) }), 120)).toContain('1 worker, 1 silent')
})

test('a look that is some seconds old says of when it is', () => {
  const state = play(makeState(), { kind: 'overview', overview: makeOverview() }).state
  const later = (ms: number) => header(play(state, { kind: 'second', nowMs: NOW + ms }).state, 80)
  expect(later(4000)).not.toContain('as of')
  expect(later(30_000)).toContain('as of 14:03:09')
})

test('what is selected and how much was searched is never cut in two', () => {
  const base = makeState({ view: 'jobs' })
  const rows = Array.from({ length: 200 }, (_, index) => ({ ...makeJob(`job${index}`) }))
  const list = { ...base.lists.jobs, selected: new Set(rows.map(({ id }) => id)) }
  const state = {
    ...{ ...base, lists: { ...base.lists, jobs: list } },
    jobs: { ...base.jobs, page: { rows, searched: 200, total: 2600 } },
  }
  const line = (notice?: DashboardState['notice']) =>
    screen({ ...state, notice }, 80, 24)
      .split('\n')
      .at(-2)
      ?.trim()
  expect(line()).toBe('200 selected  searched 200 of 2.6k  1–18 of 200')
  expect(line({ tone: 'info', text: 'said', ticks: 3 })).toMatch(/^said +200 selected {2}searched 200 of 2.6k$/)
})
