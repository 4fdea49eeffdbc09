import { describe, expect, test } from 'vitest'
import type { Overview } from '../../src/control/dashboard.ts'
import type { Effect } from '../../src/tui/dashboard-event.ts'
import { pageLines } from '../../src/tui/page-lines.ts'
import { shownPage, shownText } from '../../src/tui/rows.ts'
import type { DashboardState, ViewName } from '../../src/tui/state.ts'
import { EVENTS, JOBS, makeJobDetail, makeOverview, makeQueue, makeState, makeTask, makeWorker } from './fixtures.ts'
import { play, press, typed } from './play.ts'

const FIRST_JOB = JOBS[0]?.id ?? ''
const small = { columns: 80, rows: 15 }
const jobPage = (detail = makeJobDetail(), size = small): DashboardState =>
  play(press(makeState({ view: 'jobs', size }), 'enter').state, { kind: 'job', id: FIRST_JOB, detail }).state
const slots = press(makeState({ view: 'workers' }), 'enter').state
const topOf = (state: DashboardState): number | undefined => shownText(state)?.top
const sectionAt = (state: DashboardState): string | undefined => pageLines(state)[topOf(state) ?? 0]?.section

describe('going in', () => {
  test.each<[view: ViewName, keys: readonly string[], wanted: object, effects: readonly object[]]>([
    ['workers', ['enter'], { kind: 'worker', id: 'mailer@web-1:4711' }, []],
    ['jobs', ['enter'], { kind: 'job', id: FIRST_JOB, detail: undefined }, [{ kind: 'load-job', id: FIRST_JOB }]],
    ['schedules', ['j', 'enter'], { kind: 'schedule', name: 'poll' }, [{ kind: 'load-schedules' }]],
    ['events', ['k', 'enter'], { kind: 'job', id: EVENTS[5]?.id }, [{ kind: 'load-job' }]],
    ['schedules', ['enter', 'enter'], { kind: 'job', id: 'nightly-report:1' }, [{}, { kind: 'load-job' }]],
  ])('in %s, %j opens %j', (view, keys, wanted, effects) => {
    const { state, effects: asked } = press(makeState({ view }), ...keys)
    expect(shownPage(state)).toMatchObject(wanted)
    expect(asked).toMatchObject(effects)
  })

  test('from a queue to its jobs, where there are some', () => {
    const { state, effects } = press(makeState(), 'j', 'j', 'enter')
    expect(state).toMatchObject({ view: 'jobs', jobs: { place: 'queued', queue: 'reports', cameFrom: 'queues' } })
    expect(effects).toMatchObject([{ kind: 'load-jobs', filter: { place: 'queued', queue: 'reports' } }])
  })

  test('from a task to its jobs', () => {
    const { state } = press(makeState({ view: 'tasks' }), 'enter')
    expect(state).toMatchObject({ view: 'jobs', jobs: { task: 'SendWelcomeEmail', queue: undefined } })
  })

  test.each<[what: string, overview: Partial<Overview>, place: string]>([
    ['it runs', {}, 'active'],
    ['it waits in a lane of its own', { workers: [] }, 'queued'],
    ['it failed', { workers: [], queues: [] }, 'dead'],
    ['it succeeded', { workers: [], queues: [], tasks: [makeTask('Poll', { succeeded: 1 })] }, 'succeeded'],
    [
      'nothing is known, where its queue has jobs',
      { queues: [makeQueue('default', { scheduled: 1 })], tasks: [makeTask('Poll')] },
      'scheduled',
    ],
    ['nothing is known of its queue either', { queues: [], tasks: [makeTask('Poll')] }, 'active'],
  ])('from a task to where it has jobs: %s', (_, facts, place) => {
    const overview = makeOverview(facts)
    expect(press(makeState({ view: 'tasks', overview }), 'enter').state.jobs.place).toBe(place)
    const task = overview.tasks[0]?.task ?? ''
    expect(press(makeState({ overview }), ':', ...typed(`task ${task}`), 'enter').state.jobs.place).toBe(place)
  })

  test('from a slot to the job that runs in it', () => {
    expect(shownPage(press(slots, 'j', 'enter').state)).toMatchObject({ kind: 'job', id: 'mi7k2x0bQ4rS6tU8vW0x' })
  })

  test('nowhere from an event of no job, and from an entry that has not run', () => {
    expect(press(makeState({ view: 'events' }), 'g', 'enter').state).toMatchObject({ pages: [], notice: {} })
    const unrun = press(makeState({ view: 'schedules' }), 'G', 'enter', 'enter').state
    expect(unrun).toMatchObject({ pages: [{ kind: 'schedule' }], notice: { text: 'broken has not run yet' } })
  })

  test('opens the job that was marked even after it has left the list', () => {
    const emptied = play(makeState({ view: 'jobs' }), {
      ...{ kind: 'jobs', asked: 0, page: { rows: JOBS.slice(1), searched: 6, total: 6 } },
    }).state
    expect(shownPage(press(emptied, 'enter').state)).toMatchObject({ kind: 'job', id: FIRST_JOB })
  })
})

describe('going back', () => {
  test.each<[keys: readonly string[], wanted: object]>([
    [['enter', 'esc'], { view: 'queues', jobs: { queue: undefined } }],
    [['enter', 'q'], { view: 'queues', jobs: { queue: undefined } }],
    [['enter', '/', 'x', 'enter', 'esc'], { view: 'jobs', jobs: { queue: 'default' } }],
    [['enter', '1', '3', 'esc'], { view: 'jobs', jobs: { queue: undefined } }],
    [['4', 'enter', 'j', 'enter', 'esc'], { view: 'workers', pages: [{ kind: 'worker' }] }],
    [['4', 'enter', 'j', 'enter', 'esc', 'esc'], { view: 'workers', pages: [] }],
    [['4', 'enter', 'tab'], { view: 'schedules', pages: [] }],
    [['esc'], { view: 'queues' }],
  ])('%j leads to %j', (keys, wanted) => {
    const { state, effects } = press(makeState(), ...keys)
    expect(state).toMatchObject(wanted)
    expect(effects).not.toContainEqual({ kind: 'quit' })
  })

  test.each<[keys: readonly string[]]>([
    [['q']],
    [['ctrl-c']],
    [['enter', 'ctrl-c']],
    [['?', 'ctrl-c']],
    [[':', 'ctrl-c']],
  ])('%j leaves', (keys) => {
    expect(press(makeState(), ...keys).effects).toContainEqual({ kind: 'quit' })
  })
})

describe("a job's page", () => {
  test('scrolls, and stops at its ends', () => {
    const page = jobPage()
    const last = pageLines(page).length - 9
    expect(last).toBeGreaterThan(10)
    expect(topOf(press(page, 'j', 'j').state)).toBe(2)
    expect(topOf(press(page, 'k').state)).toBe(0)
    expect(topOf(press(page, 'G').state)).toBe(last)
    expect(topOf(press(page, 'pagedown').state)).toBe(9)
    expect(topOf(press(page, 'G', 'g').state)).toBe(0)
    const grown = play(press(page, 'G').state, { kind: 'resize', size: { columns: 80, rows: 90 } }).state
    expect(topOf(grown)).toBe(0)
  })

  test('goes from section to section, and to the traceback', () => {
    expect(sectionAt(press(jobPage(), 'l').state)).toBeDefined()
    expect(topOf(press(jobPage(), 'l', 'h', 'h').state)).toBe(0)
    const traceback = pageLines(jobPage()).findIndex(({ section }) => section === 'traceback')
    expect(traceback).toBeGreaterThan(0)
    expect(topOf(press(jobPage(), 't').state)).toBe(Math.min(traceback, pageLines(jobPage()).length - 9))
  })

  test('opens at the traceback from the list', () => {
    const asked = press(makeState({ view: 'jobs', size: small }), 't').state
    const there = play(asked, { kind: 'job', id: FIRST_JOB, detail: makeJobDetail() }).state
    expect(topOf(there)).toBe(topOf(press(jobPage(), 't').state))
    expect(shownPage(there)).toMatchObject({ seeks: undefined })
  })

  test('says where there is no error, and where there is no job any more', () => {
    const { failure: _, error: __, ...fine } = makeJobDetail({ state: 'succeeded', tries: [] })
    expect(press(jobPage(fine), 't').state.notice?.text).toBe('this job has no error')
    const gone = play(jobPage(), { kind: 'job', id: FIRST_JOB, detail: undefined }).state
    expect(shownPage(gone)).toMatchObject({ detail: 'missing' })
  })

  test('takes no answer for another job', () => {
    const page = jobPage()
    expect(play(page, { kind: 'job', id: 'other', detail: undefined }).state.pages).toEqual(page.pages)
  })
})

describe('jobs by state', () => {
  test.each<[keys: readonly string[], place: string]>([
    [['l'], 'queued'],
    [['right', 'right'], 'scheduled'],
    [['h'], 'dead'],
    [['left', 'left'], 'succeeded'],
    [['l', 'h'], 'active'],
  ])('%j shows %s', (keys, place) => {
    const { state, effects } = press(makeState({ view: 'jobs' }), ...keys)
    expect(state.jobs).toMatchObject({ place, page: undefined, loading: true })
    expect(effects.at(-1)).toMatchObject({ kind: 'load-jobs', filter: { place }, asked: keys.length, delayMs: 0 })
  })
})

describe('taking things out', () => {
  test.each<[what: string, from: DashboardState, keys: readonly string[], wanted: Effect]>([
    ['a queue', makeState(), ['y'], { kind: 'copy', text: 'default' }],
    ['selected queues', makeState(), ['x', 'x', 'y'], { kind: 'copy', text: 'default\nemails' }],
    ['a task', makeState({ view: 'tasks' }), ['y'], { kind: 'copy', text: 'SendWelcomeEmail' }],
    ['a job', makeState({ view: 'jobs' }), ['y'], { kind: 'copy', text: FIRST_JOB }],
    ['a worker', makeState({ view: 'workers' }), ['y'], { kind: 'copy', text: 'mailer@web-1' }],
    [
      'a worker whose name another has',
      makeState({
        view: 'workers',
        overview: makeOverview({ workers: [makeWorker('a'), makeWorker('a', { id: 'b' })] }),
      }),
      ['j', 'y'],
      { kind: 'copy', text: 'b' },
    ],
    ['an entry', makeState({ view: 'schedules' }), ['enter', 'y'], { kind: 'copy', text: 'nightly-report' }],
    ['an event', makeState({ view: 'events' }), ['g', 'y'], { kind: 'copy', text: 'mailer@web-1' }],
    ['a slot', slots, ['y'], { kind: 'copy', text: FIRST_JOB }],
    ['a page', jobPage(), ['y'], { kind: 'copy', text: FIRST_JOB }],
    ['a job to read', makeState({ view: 'jobs' }), ['e'], { kind: 'open-job', id: FIRST_JOB }],
    ['a slot to read', slots, ['e'], { kind: 'open-job', id: FIRST_JOB }],
    ['a page to read', jobPage(), ['e'], { kind: 'open-job', id: FIRST_JOB }],
    ['a queue to read', makeState(), ['e'], { kind: 'open-value', value: makeOverview().queues[0] }],
    ['an event to read', makeState({ view: 'events' }), ['e'], { kind: 'open-value', value: EVENTS.at(-1) }],
  ])('%s is taken out by its key', (_, from, keys, wanted) => {
    expect(press(from, ...keys).effects).toContainEqual(wanted)
  })
})
