import { expect, test } from 'vitest'
import type { DashboardState, ListName, ViewName } from '../../src/tui/state.ts'
import { makeOverview, makeState, NOW } from './fixtures.ts'
import { play, press } from './play.ts'
import { screen } from './terminal.ts'

const LOST = {
  kind: 'lost' as const,
  ...{ problem: 'the broker redis://x did not answer: Is Redis running there?' },
  ...{ nowMs: NOW, retryAtMs: NOW + 2000 },
}

/** Nothing has been read. */
const unread = makeState({
  ...{ overview: undefined, schedules: undefined, workflows: undefined, link: { kind: 'connecting' } },
  jobs: { ...makeState().jobs, page: undefined, loading: true },
  events: { rows: [], held: [], dropped: 0, follows: true, isHeard: false, seen: 0 },
})
const VIEW_OF: Partial<Record<ListName, ViewName>> = { slots: 'workers', parts: 'workflows' }
const filtered = (state: DashboardState, name: ListName): DashboardState => ({
  ...{ ...state, view: VIEW_OF[name] ?? (name as ViewName) },
  lists: { ...state.lists, [name]: { ...state.lists[name], filter: 'needle' } },
})
const jobs = (facts: Partial<DashboardState['jobs']>, filter = ''): DashboardState => {
  const state = makeState({ view: 'jobs' })
  const page = { rows: [], searched: 0, total: 0 }
  const list = { ...state.lists.jobs, filter }
  return { ...state, jobs: { ...state.jobs, page, ...facts }, lists: { ...state.lists, jobs: list } }
}

test.each<[name: ListName, text: string]>([
  ['queues', 'Reading…'],
  ['tasks', 'Reading…'],
  ['jobs', 'Searching…'],
  ['workers', 'Reading…'],
  ['schedules', 'Reading…'],
  ['events', 'Events are not heard yet'],
])('%s that were never read are not said to hold no text', (name, text) => {
  const shown = screen(filtered(unread, name), 80, 15)
  expect(shown).toContain(text)
  expect(shown).not.toContain('Nothing holds')
})

test.each<[state: DashboardState, text: string]>([
  [jobs({ place: 'scheduled' }), 'No job is scheduled.'],
  [jobs({ place: 'scheduled', queue: 'emails' }), 'No job of queue emails is scheduled.'],
  [jobs({ place: 'dead', task: 'Poll' }), 'No job of task Poll is dead.'],
  [jobs({ place: 'dead' }, 'x'), 'No dead job holds the text of the filter.'],
  [
    jobs({ place: 'dead', page: { rows: [], searched: 2000, total: 2601 } }, 'needle'),
    'Nothing among the first 2,000 of 2,601 dead jobs holds the text of the filter.',
  ],
  [
    jobs({ place: 'queued', task: 'Poll', page: { rows: [], searched: 1000, total: 5000 } }),
    'Nothing of task Poll among the first 1,000 of 5,000 queued jobs.',
  ],
  [filtered(makeState(), 'queues'), 'Nothing holds the text of the filter.'],
])('what is not there is told with where it was looked for: %#', (state, text) => {
  expect(screen(state, 100, 15)).toContain(text)
})

test('no worker is said to be down', () => {
  const none = makeState({ view: 'workers', overview: makeOverview({ workers: [] }) })
  expect(screen(none, 80, 15)).toMatch(/No worker has been heard of for \d+ s/)
  const entered = press(makeState({ view: 'workers' }), 'enter').state
  const left = play(entered, { kind: 'overview', overview: makeOverview({ workers: [] }) }).state
  expect(screen(left, 80, 15)).toContain('mailer@web-1:4711 is heard of no more')
  expect(screen(left, 80, 15)).toContain('has ended, or nothing was heard of it')
})

test('events are said not to happen only where they are heard', () => {
  const events = makeState({ view: 'events', events: unread.events })
  expect(screen(events, 80, 15)).not.toContain('Nothing has happened')
  const heard = play(events, { kind: 'watching' }).state
  expect(screen(heard, 80, 15)).toContain('Nothing has happened since this was opened.')
  const live = { name: 'job.started', at: NOW, worker: 'w', id: 'a', task: 't', queue: 'q' } as const
  const frozen = play({ ...heard, frozen: true }, { kind: 'live', batch: { events: [live], dropped: 0 } }).state
  expect(screen(frozen, 80, 15)).toContain('What has happened waits: Space shows it.')
})

test('a view that a frozen screen has not read is read once, and says so meanwhile', () => {
  const frozen = makeState({ frozen: true, schedules: undefined, jobs: { ...makeState().jobs, page: undefined } })
  const { state, effects } = press(frozen, '5')
  expect(effects).toEqual([{ kind: 'load-schedules' }])
  expect(screen(state, 80, 15)).toContain('Space reads it.')
  expect(press(frozen, '3').effects).toMatchObject([{ kind: 'load-jobs' }])
  expect(press(makeState({ frozen: true }), '3').effects).toEqual([])
})

test('a broker that never answered is told with all that is known of it', () => {
  const state = play(unread, LOST).state
  const lines = screen(state, 60, 15)
  expect(lines).toContain('! the broker has not answered yet, next try in 2s')
  expect(lines).toContain('   the broker redis://x did not answer: Is Redis running')
  expect(lines).toContain('   there?')
  const back = play(state, { kind: 'overview', overview: makeOverview() }).state
  expect(back.notice?.text).toBe('the broker answers')
})

test('why a broker is lost stands under the rows, or begins above the keys where there is no room', () => {
  const { state } = play(makeState(), LOST)
  expect(screen(state, 60, 24)).toContain(' the broker redis://x did not answer: Is Redis running\n there?\n')
  const full = screen(state, 60, 15).split('\n')
  expect(full.join('\n')).toContain('there?')
  const many = Array.from({ length: 30 }, (_, index) => ({ ...makeOverview().queues[0], queue: `q${index}` }))
  const overview = makeOverview({ queues: many as never })
  const crowded = screen(play(makeState({ overview }), LOST).state, 60, 15).split('\n')
  expect(crowded.at(-2)).toContain('! the broker redis://x did not answer')
})
