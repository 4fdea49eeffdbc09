import { describe, expect, test } from 'vitest'
import type { DashboardAction } from '../../src/control/dashboard.ts'
import type { DashboardState, Dialog } from '../../src/tui/state.ts'
import { JOBS, makeJob, makeJobDetail, makeOverview, makeQueue, makeState, makeWorker, SCHEDULES } from './fixtures.ts'
import { play, press, typed } from './play.ts'

const [ONE = '', TWO = ''] = JOBS.map(({ id }) => id)
const WEB_1 = 'mailer@web-1:4711'
const inJobs = makeState({ view: 'jobs' })
const dead = makeState({ view: 'jobs', jobs: { ...inJobs.jobs, place: 'dead' } })
const inWorkers = makeState({ view: 'workers' })
const slots = press(inWorkers, 'enter').state
const inSchedules = makeState({ view: 'schedules' })
const inTasks = makeState({ view: 'tasks' })
const job = play(press(inJobs, 'enter').state, { kind: 'job', id: ONE, detail: makeJobDetail({ id: ONE }) }).state

const actionsOf = (state: DashboardState, ...keys: readonly string[]): readonly DashboardAction[] =>
  press(state, ...keys).effects.flatMap((effect) => (effect.kind === 'act' ? [effect.action] : []))
const dialogOf = (state: DashboardState, ...keys: readonly string[]): Dialog | undefined =>
  press(state, ...keys).state.dialog

const withFilter = ({ lists }: DashboardState, filter: string): DashboardState['lists'] => ({
  ...lists,
  jobs: { ...lists.jobs, filter },
})

type Case = readonly [what: string, from: DashboardState, keys: readonly string[], wanted: readonly DashboardAction[]]

const jobs = (verb: 'retry' | 'revoke' | 'promote' | 'delete', ...ids: readonly string[]): DashboardAction => ({
  ...{ kind: 'jobs', verb, ids },
})
const worker = (command: Extract<DashboardAction, { kind: 'workers' }>['command']): DashboardAction => ({
  ...{ kind: 'workers', command, ids: [WEB_1] },
})

const AT_ONCE: readonly Case[] = [
  ['retries a job', dead, ['r'], [jobs('retry', ONE)]],
  ['retries those selected', dead, ['x', 'x', 'r'], [jobs('retry', ONE, TWO)]],
  ["retries a page's job", job, ['r'], [jobs('retry', ONE)]],
  ['promotes a job', inJobs, ['j', 'o'], [jobs('promote', TWO)]],
  ['resumes a queue', makeState(), ['j', 'j', 'p'], [{ kind: 'queue', verb: 'resume', queue: 'reports' }]],
  ['resumes an entry', inSchedules, ['j', 'j', 'p'], [{ kind: 'schedule', verb: 'resume', name: 'cleanup' }]],
  ['grows a worker', inWorkers, ['+'], [worker({ name: 'pool-grow', by: 1 })]],
  ['shrinks the worker whose slots are shown', slots, ['-'], [worker({ name: 'pool-shrink', by: 1 })]],
]

const ASKING: readonly Case[] = [
  ['revokes a job', inJobs, ['c'], [jobs('revoke', ONE)]],
  ['revokes the job in a slot', slots, ['j', 'c'], [jobs('revoke', 'mi7k2x0bQ4rS6tU8vW0x')]],
  ['deletes those selected', inJobs, ['j', 'x', 'D'], [jobs('delete', TWO)]],
  ["deletes a page's job", job, ['D'], [jobs('delete', ONE)]],
  ['retries all', dead, ['R'], [{ kind: 'retry-matching', filter: { place: 'dead' } }]],
  ['pauses a queue', makeState(), ['p'], [{ kind: 'queue', verb: 'pause', queue: 'default' }]],
  [
    'pauses those selected that are not paused',
    makeState(),
    ['j', 'x', 'x', 'p'],
    [{ kind: 'queue', verb: 'pause', queue: 'emails' }],
  ],
  ['pauses an entry', inSchedules, ['p'], [{ kind: 'schedule', verb: 'pause', name: 'nightly-report' }]],
  ['runs an entry', inSchedules, ['j', 'enter', 'n'], [{ kind: 'schedule', verb: 'run', name: 'poll' }]],
  ['shuts a worker down', inWorkers, ['K'], [worker({ name: 'shutdown' })]],
]

/** Said before all that match are run again. */
const NOT_REVOKED = 'Those that were revoked are left alone.'

describe('keys that do something', () => {
  test.each(AT_ONCE)('%s at once', (_, from, keys, wanted) => {
    const { state } = press(from, ...keys)
    expect(actionsOf(from, ...keys)).toEqual(wanted)
    expect(state).toMatchObject({ dialog: undefined, running: [expect.any(String)] })
  })

  test.each(ASKING)('%s when it is confirmed', (_, from, keys, wanted) => {
    expect(actionsOf(from, ...keys)).toEqual([])
    expect(dialogOf(from, ...keys)).toMatchObject({ kind: 'confirm' })
    expect(actionsOf(from, ...keys, 'y')).toEqual(wanted)
    expect(press(from, ...keys, 'y').state.dialog).toBeUndefined()
  })

  test.each(['n', 'esc', 'q'])('do nothing when %s is the answer', (no) => {
    const { state, effects } = press(inJobs, 'D', no)
    expect(state).toMatchObject({ dialog: undefined, notice: { text: 'nothing was changed' } })
    expect(effects).toEqual([])
  })

  test.each(['enter', 'space', 'j', 'D', 'r', 'tab', '1'])('take %s for no answer', (key) => {
    expect(press(inJobs, 'D', key).effects).toEqual([])
    expect(dialogOf(inJobs, 'D', key)).toMatchObject({ kind: 'confirm' })
  })

  test.each([...AT_ONCE, ...ASKING])('%s never where the dashboard is read-only', (_, from, keys) => {
    const { state, effects } = press({ ...from, readOnly: true }, ...keys)
    expect(effects.filter(({ kind }) => kind === 'act')).toEqual([])
    expect(state).toMatchObject({ dialog: undefined, notice: { tone: 'refused', text: /read-only/ } })
  })
})

describe('what is hit', () => {
  test('is what was asked about, whatever has come since', () => {
    const asked = press(inJobs, 'c').state
    const page = { rows: [makeJob('new'), ...JOBS], searched: 8, total: 8 }
    expect(actionsOf(play(asked, { kind: 'jobs', asked: 0, page }).state, 'y')).toEqual([jobs('revoke', ONE)])
  })

  test('is the row under the cursor, wherever it has moved to', () => {
    const moved = play(inJobs, {
      ...{ kind: 'jobs', asked: 0, page: { rows: [makeJob('new'), ...JOBS], searched: 8, total: 8 } },
    }).state
    expect(actionsOf(moved, 'o')).toEqual([jobs('promote', ONE)])
  })

  test.each(['r', 'o', 'c', 'D'])('is nothing when the row has left the list: %s', (key) => {
    const left = play(inJobs, {
      ...{ kind: 'jobs', asked: 0, page: { rows: JOBS.slice(1), searched: 6, total: 6 } },
    }).state
    const { state, effects } = press(left, key)
    expect(effects).toEqual([])
    expect(state).toMatchObject({ dialog: undefined, notice: { text: /has left the list/ } })
  })

  test('is nothing where there is nothing', () => {
    const empty = makeState({ view: 'workers', overview: makeOverview({ workers: [] }) })
    expect(press(empty, 'K').state.notice?.text).toBe('there is no worker here')
  })

  test('is named by the question', () => {
    expect(dialogOf(inJobs, 'A', 'D')).toMatchObject({ title: 'Delete 7 jobs?' })
    expect(dialogOf(dead, 'R')).toMatchObject({ title: 'Run 42,000 dead jobs again?', lines: [NOT_REVOKED] })
    expect(dialogOf(inWorkers, 'K')).toMatchObject({ lines: ['mailer@web-1'] })
    const twins = [makeWorker('shop@vm', { id: 'a', pid: 1 }), makeWorker('shop@vm', { id: 'b', pid: 2 })]
    const alike = makeState({ view: 'workers', overview: makeOverview({ workers: twins }) })
    expect(dialogOf(alike, 'K')).toMatchObject({ lines: ['shop@vm (pid 1)'] })
    expect(dialogOf(alike, 'j', 'C')).toMatchObject({ title: 'Slots of shop@vm (pid 2)' })
    expect(dialogOf(alike, 'j', 'enter', 'K')).toMatchObject({ lines: ['shop@vm (pid 2)'] })
    const queues = Array.from({ length: 30 }, (_, index) => makeQueue(`q${index}`))
    const many = makeState({ overview: makeOverview({ queues }) })
    expect(dialogOf(many, 'A', 'p')).toMatchObject({ lines: expect.arrayContaining(['and 20 more']) })
  })
})

describe('retrying all that match', () => {
  test('says what matches, and how many of them are known', () => {
    const found = press(dead, '/', ...typed('mail'), 'enter').state
    const page = { rows: JOBS, searched: 1000, total: 5000 }
    const there = play(found, { kind: 'jobs', asked: found.jobs.asked, page }).state
    expect(dialogOf(there, 'R')).toMatchObject({
      lines: ['that hold "mail"', '7 found among the first 1,000 of 5,000: all are searched', NOT_REVOKED],
    })
    expect(actionsOf(there, 'R', 'y')).toEqual([{ kind: 'retry-matching', filter: { place: 'dead', text: 'mail' } }])
  })

  test('asks also where none was found, but not all were looked at', () => {
    const page = { rows: [], searched: 2000, total: 2601 }
    const from = { ...dead, jobs: { ...dead.jobs, page }, lists: withFilter(dead, 'needle') }
    expect(dialogOf(from, 'R')).toMatchObject({
      lines: ['that hold "needle"', 'none found among the first 2,000 of 2,601: all are searched', expect.anything()],
    })
    expect(actionsOf(from, 'R', 'y')).toEqual([{ kind: 'retry-matching', filter: { place: 'dead', text: 'needle' } }])
  })

  test.each<[what: string, from: DashboardState, text: RegExp]>([
    ['jobs of another state are shown', inJobs, /only dead jobs/],
    ['they are not counted yet', press(dead, '/', 'x', 'enter').state, /still being counted/],
    [
      'there are none',
      makeState({ view: 'jobs', jobs: { ...dead.jobs, page: { rows: [], searched: 0, total: 0 } } }),
      /no dead job/,
    ],
  ])('is refused while %s', (_, from, text) => {
    const { state, effects } = press(from, 'R')
    expect(effects).toEqual([])
    expect(state).toMatchObject({ dialog: undefined, notice: { text } })
  })
})

describe('a rate limit', () => {
  test('is asked for with the one that stands', () => {
    expect(dialogOf(inTasks, 'l')).toMatchObject({ kind: 'prompt', input: { text: '100/m' } })
    expect(dialogOf(inTasks, 'j', 'l')).toMatchObject({ input: { text: '' } })
  })

  test.each<[keys: readonly string[], rate: string | null]>([
    [['enter'], '100/m'],
    [['ctrl-u', ...typed('5/s'), 'enter'], '5/s'],
    [['ctrl-u', 'enter'], null],
    [['home', 'delete', 'delete', '2', 'end', 'backspace', 'h', 'enter'], '20/h'],
    [['left', 'left', 'backspace', '5', 'enter'], '105/m'],
  ])('%j sets %s', (keys, rate) => {
    expect(actionsOf(inTasks, 'l', ...keys)).toEqual([{ kind: 'rate-limit', task: 'SendWelcomeEmail', rate }])
  })

  test('that is none is refused, and stays to be corrected', () => {
    const { state, effects } = press(inTasks, 'l', 'x', 'enter')
    expect(effects).toEqual([])
    expect(state.dialog).toMatchObject({
      kind: 'prompt',
      problem: /rate limit: expected a rate/,
      input: { text: '100/mx' },
    })
    expect(press(state, 'backspace', 'enter').effects).toHaveLength(1)
  })

  test('stays as it is after Esc', () => {
    expect(press(inTasks, 'l', '5', 'esc')).toMatchObject({ effects: [], state: { dialog: undefined } })
  })
})

describe('the number of slots', () => {
  test('is asked for with the one that stands, and set', () => {
    expect(dialogOf(inWorkers, 'C')).toMatchObject({ title: 'Slots of mailer@web-1', input: { text: '10' } })
    const wanted = worker({ name: 'concurrency', slots: 25 })
    expect(actionsOf(slots, 'C', 'ctrl-u', ...typed('25'), 'enter')).toEqual([wanted])
  })

  test.each(['', '0', '-1', '1.5', 'ten', '10001', '99999999'])('is not %j', (text) => {
    const { state, effects } = press(inWorkers, 'C', 'ctrl-u', ...typed(text), 'enter')
    expect(effects).toEqual([])
    expect(state.dialog).toMatchObject({ problem: /slots: expected a whole number from 1 to 10000/ })
  })
})

describe('after an action', () => {
  const running = press(dead, 'x', 'r').state

  test('it says what was done, and looks again', () => {
    const report = { done: 1, refused: [], text: '1 job runs again' }
    const { state, effects } = play(running, { kind: 'acted', label: 'retry 1 job', report })
    expect(running.running).toEqual(['retry 1 job'])
    expect(state).toMatchObject({ running: [], notice: { tone: 'done', text: '1 job runs again' } })
    expect(effects).toMatchObject([{ kind: 'load-overview' }, { kind: 'load-jobs' }])
    expect(state.lists.jobs.selected.size).toBe(0)
  })

  test('it shows what was refused, and why', () => {
    const report = { done: 0, refused: [{ what: ONE, why: 'it runs' }], text: '0 jobs run again' }
    const event = { kind: 'acted', label: 'retry 1 job', report } as const
    const { state } = play(running, event)
    expect(state).toMatchObject({ notice: { tone: 'refused' }, dialog: { kind: 'report', report } })
    expect(press(state, 'esc').state.dialog).toBeUndefined()
    expect(play(press(running, '/').state, event).state.dialog).toMatchObject({ kind: 'filter' })
  })

  test('it says that it failed', () => {
    const { state } = play(running, { kind: 'act-failed', label: 'retry 1 job', problem: 'no answer' })
    expect(state).toMatchObject({ running: [], notice: { tone: 'error', text: 'retry 1 job: no answer' } })
    const refused = [{ what: 'retry 1 job', why: 'no answer' }]
    expect(state.dialog).toMatchObject({ kind: 'report', report: { done: 0, refused, text: 'retry 1 job failed' } })
  })

  test('every schedule can be reached', () => {
    expect(actionsOf(inSchedules, 'A', 'n', 'y')).toHaveLength(SCHEDULES.length)
  })
})

describe('a screen that is too small', () => {
  const small = { ...inWorkers, size: { columns: 20, rows: 5 } }

  test('lets no key do what nobody can see', () => {
    expect(dialogOf(small, 'K')).toBeUndefined()
    expect(actionsOf(small, 'K', 'y', '+', 'p')).toEqual([])
  })

  test('is left by q and Ctrl-C', () => {
    expect(press(small, 'q').effects).toEqual([{ kind: 'quit' }])
    expect(press(small, 'ctrl-c').effects).toEqual([{ kind: 'quit' }])
  })
})
