import { describe, expect, test } from 'vitest'
import { footerKeys, helpLines } from '../../src/tui/help-lines.ts'
import { bindingOf, KEYMAP, type Place } from '../../src/tui/keymap.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { JOBS, makeJobDetail, makeState } from './fixtures.ts'
import { play, press, typed } from './play.ts'

const palette = (state: DashboardState, text: string, ...keys: readonly string[]) =>
  press(state, ':', ...typed(text), ...keys)
const commands = (state: DashboardState, text: string): readonly string[] => {
  const { dialog } = palette(state, text).state
  return dialog?.kind === 'palette' ? dialog.matches.map(({ command }) => command) : []
}

describe('the palette', () => {
  test.each<[typed: string, wanted: object]>([
    ['workers', { view: 'workers' }],
    ['jobs', { view: 'jobs' }],
    ['jobs dead', { view: 'jobs', jobs: { place: 'dead', queue: undefined } }],
    ['jobs dead emails', { jobs: { place: 'dead', queue: 'emails' }, lists: { jobs: { filter: '' } } }],
    ['jobs queued reports.Daily', { jobs: { place: 'queued', task: 'reports.Daily', queue: undefined } }],
    ['jobs dead no such thing', { jobs: { place: 'dead' }, lists: { jobs: { filter: 'no such thing' } } }],
    ['jobs emails', { jobs: { place: 'active', queue: 'emails' } }],
    ['queue reports', { view: 'jobs', jobs: { place: 'queued', queue: 'reports' } }],
    ['task reports.Daily', { view: 'jobs', jobs: { task: 'reports.Daily' } }],
    ['job mi7', { pages: [{ kind: 'job', id: 'mi7' }] }],
    ['theme mono', { look: { theme: 'mono' } }],
    ['filter em', { lists: { queues: { filter: 'em' } } }],
    ['filter', { dialog: { kind: 'filter' } }],
    ['freeze', { frozen: true }],
    ['help', { dialog: { kind: 'help' } }],
    ['pause', { dialog: { kind: 'confirm', title: 'Pause 1 queue?' } }],
    ['sort', { lists: { queues: { sort: { column: 'name' } } } }],
    ['', { view: 'queues', dialog: undefined }],
  ])('runs %j', (text, wanted) => {
    expect(palette(makeState(), text, 'enter').state).toMatchObject(wanted)
  })

  test.each(['q', 'quit'])('leaves by %s', (word) => {
    expect(palette(makeState(), word, 'enter').effects).toContainEqual({ kind: 'quit' })
  })

  test.each<[text: string, first: string]>([
    ['wo', 'workers'],
    ['jobs d', 'jobs dead'],
    ['jobs dead em', 'jobs dead emails'],
    ['queue pay', 'queue payments-of-the-eu'],
    ['daily', 'task reports.Daily'],
    ['mono', 'theme mono'],
  ])('offers for %j first %j', (text, first) => {
    expect(commands(makeState(), text)[0]).toBe(first)
  })

  test('offers what the keys do here, and nothing that they do elsewhere', () => {
    expect(commands(makeState(), 'pau')).toContain('pause')
    expect(commands(makeState(), 'promote')).toEqual([])
    expect(commands(makeState({ view: 'jobs' }), 'promote')).toEqual(['promote'])
  })

  test('completes by Tab, and chooses by the arrows', () => {
    expect(palette(makeState(), 'wo', 'tab').state.dialog).toMatchObject({ input: { text: 'workers ' } })
    expect(palette(makeState(), 'queue ', 'down', 'down', 'up', 'enter').state.jobs.queue).toBe('emails')
    expect(palette(makeState(), 'wo', 'enter').state.view).toBe('workers')
  })

  test.each<[text: string, problem: RegExp]>([
    ['workerz now', /there is no command "workerz now"/],
    ['queue emials', /queue: expected the name of a queue, got "emials" \(did you mean emails\?\)/],
    ['task Nothing', /task: expected the name of a task/],
    ['theme pink', /theme: expected the name of a theme/],
  ])('says why it cannot run %j, and lets it be corrected', (text, problem) => {
    const { state, effects } = palette(makeState(), text, 'enter')
    expect(state.dialog).toMatchObject({ kind: 'palette', problem, input: { text } })
    expect(effects).toEqual([])
  })

  test('closes by Esc, and by deleting past the beginning', () => {
    expect(palette(makeState(), 'wo', 'esc').state.dialog).toBeUndefined()
    expect(palette(makeState(), 'w', 'backspace', 'backspace').state.dialog).toBeUndefined()
  })

  test('changes nothing where the dashboard is read-only', () => {
    const { state } = palette(makeState({ readOnly: true }), 'pause', 'enter')
    expect(state).toMatchObject({ dialog: undefined, notice: { text: /read-only/ } })
  })
})

describe('the help', () => {
  test('tells of every key', () => {
    const text = helpLines(makeState()).join('\n')
    for (const { title } of KEYMAP) expect(text).toContain(title)
  })

  test('scrolls, and closes', () => {
    const open = press(makeState(), '?', 'j', 'j').state
    expect(open.dialog).toMatchObject({ kind: 'help', top: 2 })
    const last = helpLines(open).length - 18
    expect(press(open, 'G', 'j').state.dialog).toMatchObject({ top: last })
    expect(press(open, 'g').state.dialog).toMatchObject({ top: 0 })
    for (const key of ['esc', 'q', '?', 'enter']) expect(press(open, key).state.dialog).toBeUndefined()
  })

  test('names at the bottom no key that is off', () => {
    const names = (readOnly: boolean) => footerKeys(makeState({ view: 'jobs', readOnly })).map(({ key }) => key)
    expect(names(false)).toContain('D')
    expect(names(true)).not.toContain('D')
    expect(names(true).slice(-2)).toEqual(['?', 'q'])
  })
})

describe('the keymap', () => {
  const PLACES: Record<Place, DashboardState> = {
    queues: makeState({ view: 'queues' }),
    tasks: makeState({ view: 'tasks' }),
    jobs: makeState({ view: 'jobs', jobs: { ...makeState().jobs, place: 'dead' } }),
    workers: makeState({ view: 'workers' }),
    slots: press(makeState({ view: 'workers' }), 'enter').state,
    schedules: makeState({ view: 'schedules' }),
    workflows: makeState({ view: 'workflows' }),
    events: makeState({ view: 'events' }),
    job: play(press(makeState({ view: 'jobs' }), 'enter').state, {
      ...{ kind: 'job', id: JOBS[0]?.id ?? '', detail: makeJobDetail() },
    }).state,
    schedule: press(makeState({ view: 'schedules' }), 'enter').state,
  }
  const places = Object.keys(PLACES) as Place[]

  test('gives no key two meanings in one place', () => {
    for (const place of places) {
      const here = KEYMAP.filter((binding) => binding.places?.includes(place) ?? true)
      const keys = here.flatMap((binding) => binding.keys)
      expect(
        keys.filter((key, index) => keys.indexOf(key) !== index),
        place,
      ).toEqual([])
    }
  })

  test('asks, or is uppercase, wherever something is destroyed', () => {
    for (const { keys, command } of KEYMAP.filter(({ dangerous }) => dangerous))
      expect(/^[A-Z]$/.test(keys[0] ?? '') || command === 'revoke', command).toBe(true)
  })

  const acting = KEYMAP.filter(({ group }) => group === 'Do' || group === 'Screen').flatMap((binding) =>
    (binding.places ?? places).map((place) => [binding.keys[0] ?? '', place, binding.command] as const),
  )
  test.each(acting)('%s in %s does something: %s', (key, place) => {
    const before = play(PLACES[place]).state
    const { state, effects } = press(before, key)
    const isNothingThere = place === 'workflows' && (key === 'y' || key === 'e')
    expect(effects.length > 0 || state !== before || isNothingThere).toBe(true)
    expect(bindingOf(place, key)).toBeDefined()
  })

  test('leaves other keys without effect', () => {
    const before = play(makeState()).state
    for (const key of ['z', 'Z', '0', '8', 'ctrl-x', 'delete', 'left']) expect(press(before, key).state).toEqual(before)
  })
})
