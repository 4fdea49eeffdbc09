import { describe, expect, test } from 'vitest'
import { eventRows, queueRows, rowAtCursor, taskRows, workerRows } from '../../src/tui/rows.ts'
import type { DashboardState, ListName, ViewName } from '../../src/tui/state.ts'
import { makeJob, makeOverview, makeQueue, makeState } from './fixtures.ts'
import { play, press, typed } from './play.ts'
import { screen } from './terminal.ts'

const queues = (...names: readonly string[]) => makeOverview({ queues: names.map((name) => makeQueue(name)) })
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
/** 26 queues, of which 9 fit. */
const many = play(makeState({ overview: queues(...LETTERS), size: { columns: 80, rows: 15 } })).state
const at = (state: DashboardState, name: ListName): string | undefined => state.lists[name].cursor

describe('moving in a list', () => {
  test.each<[keys: readonly string[], wanted: string, top: number]>([
    [['j'], 'b', 0],
    [['down', 'down'], 'c', 0],
    [['j', 'k'], 'a', 0],
    [['up'], 'a', 0],
    [[...'jjjjjjjjj'], 'j', 1],
    [['G'], 'z', 17],
    [['end'], 'z', 17],
    [['G', 'j'], 'z', 17],
    [['G', 'g'], 'a', 0],
    [['G', 'home'], 'a', 0],
    [['pagedown'], 'j', 1],
    [['ctrl-f', 'ctrl-f'], 's', 10],
    [['G', 'pageup'], 'q', 16],
    [['G', 'ctrl-b'], 'q', 16],
    [['ctrl-d'], 'e', 0],
    [['ctrl-d', 'ctrl-u'], 'a', 0],
  ])('%j goes to %s, with row %i at the top', (keys, wanted, top) => {
    const { state } = press(play(many, { kind: 'poll' }).state, ...keys)
    expect(state.lists.queues).toMatchObject({ cursor: wanted, top })
  })

  test('keeps the cursor on its row when rows come and go above it', () => {
    const { state } = press(many, ...'jjjjjjjj')
    const next = play(state, { kind: 'overview', overview: queues('0', '1', ...LETTERS) }).state
    expect(next.lists.queues).toMatchObject({ cursor: 'i', index: 10, top: 2 })
  })

  test('marks no row when the one under the cursor has gone, and goes on from there', () => {
    const { state } = press(many, 'j', 'j')
    const gone = play(state, { kind: 'overview', overview: queues(...LETTERS.filter((name) => name !== 'c')) }).state
    expect(rowAtCursor(gone, 'queues')).toBeUndefined()
    expect(at(press(gone, 'j').state, 'queues')).toBe('d')
    expect(at(press(gone, 'k').state, 'queues')).toBe('b')
  })

  test('keeps the cursor on the screen when the window shrinks', () => {
    const tall = play(many, { kind: 'resize', size: { columns: 80, rows: 40 } }).state
    const { state } = play(press(tall, 'G').state, { kind: 'resize', size: { columns: 80, rows: 10 } })
    expect(state.lists.queues).toMatchObject({ cursor: 'z', top: 22 })
  })

  test('follows the newest event until somebody scrolls up, and again from the end on', () => {
    const tail = makeState({ view: 'events' })
    const live = (id: string) => {
      const event = { name: 'job.started' as const, at: 1, worker: 'w', id, task: 't', queue: 'q' }
      return { kind: 'live' as const, batch: { events: [event], dropped: 0 } }
    }
    const followed = play(tail, live('a')).state
    expect(rowAtCursor(followed, 'events')?.id).toBe('a')
    const stays = play(press(followed, 'k').state, live('b')).state
    expect(stays.events.follows).toBe(false)
    expect(rowAtCursor(stays, 'events')?.key).toBe('7')
    const back = play(press(stays, 'G').state, live('c')).state
    expect(rowAtCursor(back, 'events')?.id).toBe('c')
  })
})

describe('the views', () => {
  test.each<[key: string, from: ViewName, wanted: ViewName]>([
    ['1', 'events', 'queues'],
    ['2', 'queues', 'tasks'],
    ['3', 'queues', 'jobs'],
    ['4', 'queues', 'workers'],
    ['5', 'queues', 'schedules'],
    ['6', 'queues', 'workflows'],
    ['7', 'queues', 'events'],
    ['tab', 'queues', 'tasks'],
    ['tab', 'events', 'queues'],
    ['shift-tab', 'queues', 'events'],
    ['shift-tab', 'jobs', 'tasks'],
  ])('%s in %s shows %s', (key, from, wanted) => {
    expect(press(makeState({ view: from }), key).state.view).toBe(wanted)
  })

  test('are read when they are entered', () => {
    expect(press(makeState(), '3').effects).toMatchObject([{ kind: 'load-jobs', filter: { place: 'active' } }])
    expect(press(makeState(), '5').effects).toEqual([{ kind: 'load-schedules' }])
    expect(press(makeState(), '6').effects).toEqual([{ kind: 'load-workflows' }])
    expect(press(makeState(), '2').effects).toEqual([])
  })

  test('show what was read before while the screen is frozen', () => {
    expect(press(makeState({ frozen: true }), '5').effects).toEqual([])
  })
})

describe('sorting', () => {
  test.each<[keys: readonly string[], first: string, sort: unknown]>([
    [['s'], 'default', { column: 'name', reversed: false }],
    [['s', 's'], 'reports', { column: 'queued', reversed: false }],
    [['s', 's', 'S'], 'payments-of-the-eu', { column: 'queued', reversed: true }],
    [['S'], 'video', { column: 'name', reversed: true }],
    [[...'sssssssss'], 'default', undefined],
  ])('%j puts %s first', (keys, first, sort) => {
    const { state } = press(makeState(), ...keys)
    expect(state.lists.queues.sort).toEqual(sort)
    expect(queueRows(state)[0]?.queue).toBe(first)
  })

  test.each<[view: ViewName, keys: readonly string[], title: string]>([
    ['queues', ['s'], 'queue▲'],
    ['queues', ['s', 'S'], 'queue▼'],
    ['queues', ['s', 's'], 'queu…▼'],
    ['queues', ['s', 's', 'S'], 'queu…▲'],
    ['schedules', ['s', 's'], 'next▲'],
    ['workers', ['s'], 'worker▲'],
  ])('in %s, %j is told by %s: up where what is shown rises', (view, keys, title) => {
    expect(screen(press(makeState({ view }), ...keys).state, 80, 24)).toContain(title)
  })

  test('puts rows that have no value last, whichever way', () => {
    const sortedBy = (column: string, reversed: boolean) => {
      const base = makeState({ view: 'tasks' })
      const state = { ...base, lists: { ...base.lists, tasks: { ...base.lists.tasks, sort: { column, reversed } } } }
      return taskRows(state).map(({ task }) => task)
    }
    expect(sortedBy('p95', false)).toEqual(['reports.Daily', 'SendWelcomeEmail', 'ResizeVideo'])
    expect(sortedBy('p95', true)).toEqual(['SendWelcomeEmail', 'reports.Daily', 'ResizeVideo'])
  })
})

describe('filtering', () => {
  test('shows as one types what holds the text, in any case', () => {
    const { state, effects } = press(makeState({ view: 'workers' }), '/', ...typed('WEB-2'))
    expect(workerRows(state).map(({ name }) => name)).toEqual(['mailer@web-2'])
    expect(at(state, 'workers')).toBe('mailer@web-2:4711')
    expect(effects).toEqual([])
  })

  test.each<[keys: readonly string[], wanted: string, dialog: boolean]>([
    [['/', 'p', 'o', 'enter'], 'po', false],
    [['/', 'p', 'o', 'esc'], '', false],
    [['/', 'p', 'o', 'backspace'], 'p', true],
    [['/', 'p', 'o', 'ctrl-u', 'r'], 'r', true],
    [['/', 'p', 'enter', 'esc'], '', false],
    [['/', 'q', 'j', '1', 'space', 'x'], 'qj1 x', true],
  ])('%j leaves the filter %j', (keys, wanted, isTyping) => {
    const { state } = press(makeState({ view: 'schedules' }), ...keys)
    expect(state.lists.schedules.filter).toBe(wanted)
    expect(state.dialog !== undefined).toBe(isTyping)
  })

  test('asks the broker for jobs, and says from when on answers count', () => {
    const { state, effects } = press(makeState({ view: 'jobs' }), '/', 'u', '4')
    expect(effects).toMatchObject([
      { kind: 'load-jobs', filter: { place: 'active', text: 'u' }, asked: 1, delayMs: 150 },
      { kind: 'load-jobs', filter: { place: 'active', text: 'u4' }, asked: 2, delayMs: 150 },
    ])
    const page = (id: string) => ({ rows: [makeJob(id)], searched: 1, total: 1 })
    const late = play(state, { kind: 'jobs', asked: 1, page: page('old') }).state
    expect(late.jobs).toMatchObject({ loading: true })
    const found = play(late, { kind: 'jobs', asked: 2, page: page('new') }).state
    expect(found.jobs).toMatchObject({ loading: false, page: { rows: [{ id: 'new' }] } })
    expect(at(found, 'jobs')).toBe('new')
  })

  test('looks through events of a worker, a task and a failure', () => {
    const shown = (text: string) => eventRows(press(makeState({ view: 'events' }), '/', ...typed(text)).state).length
    expect(shown('no such user')).toBe(1)
    expect(shown('SendWelcome')).toBe(6)
    expect(shown('nobody')).toBe(0)
  })
})

describe('selecting', () => {
  test.each<[keys: readonly string[], wanted: readonly string[]]>([
    [['x'], ['default']],
    [
      ['x', 'x'],
      ['default', 'emails'],
    ],
    [['x', 'k', 'x'], []],
    [['A'], ['default', 'emails', 'reports', 'payments-of-the-eu', 'video']],
    [['A', 'A'], []],
    [['x', 'esc'], []],
    [['/', 'e', 'm', 'enter', 'A'], ['emails']],
    [['A', '/', 'e'], []],
  ])('%j selects %j', (keys, wanted) => {
    expect([...press(makeState(), ...keys).state.lists.queues.selected]).toEqual(wanted)
  })

  test('ends when other jobs are shown', () => {
    const { state } = press(makeState({ view: 'jobs' }), 'A', 'l')
    expect(state.lists.jobs.selected.size).toBe(0)
  })
})
