import { describe, expect, test } from 'vitest'
import type { JobPlaceName } from '../../src/engine/jobs/job-summary.ts'
import type { JobState } from '../../src/task/job-state.ts'
import { footerKeys } from '../../src/tui/footer-keys.ts'
import { helpLines } from '../../src/tui/help-lines.ts'
import { bindingOf, KEYMAP, type Place } from '../../src/tui/keymap.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { JOBS, makeJobDetail, makeOverview, makeState, makeWorkflowDetail, WORKFLOWS } from './fixtures.ts'
import { play, press, typed } from './play.ts'
import { screen } from './terminal.ts'

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
    const text = helpLines(makeState(), 120).join('\n')
    for (const { title } of KEYMAP) expect(text).toContain(title)
  })

  test.each([52, 72])('tells all of it in %i cells', (width) => {
    const lines = helpLines(makeState(), width)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
    const words = lines.join(' ').replace(/ +/g, ' ')
    for (const { title } of KEYMAP) expect(words).toContain(title)
    expect(words).toContain("revoke: end jobs that are not done (jobs, a job's page, slots)")
  })

  test('scrolls, and closes', () => {
    const open = press(makeState(), '?', 'j', 'j').state
    expect(open.dialog).toMatchObject({ kind: 'help', top: 2 })
    const last = helpLines(open, 72).length - 18
    expect(press(open, 'G', 'j').state.dialog).toMatchObject({ top: last })
    expect(press(open, 'g').state.dialog).toMatchObject({ top: 0 })
    for (const key of ['esc', 'q', '?', 'enter']) expect(press(open, key).state.dialog).toBeUndefined()
  })

  test('names at the bottom no key that is off', () => {
    const names = (readOnly: boolean) => footerKeys(makeState({ view: 'jobs', readOnly })).map(({ key }) => key)
    expect(names(false)).toContain('c')
    expect(names(true)).not.toContain('c')
    expect(names(true).slice(-2)).toEqual(['?', 'q'])
  })
})

describe('a report', () => {
  test('scrolls to its end, however its lines are wrapped', () => {
    const why = `it runs ${'very '.repeat(30)}slowly`
    const refused = Array.from({ length: 12 }, (_, index) => ({ what: `job-${index}`, why }))
    const report = { done: 0, refused, text: 'no job is deleted' }
    const open = { ...makeState(), dialog: { kind: 'report', report, top: 0 } as const }
    expect(screen(open, 80, 24)).not.toContain('job-11')
    const { state } = press(open, 'G')
    expect(screen(state, 80, 24)).toContain('job-11')
    expect(screen(state, 80, 24)).toMatch(/slowly +│\n[^\n]*╰/)
    expect(press(state, 'j').state.dialog).toEqual(state.dialog)
  })
})

describe('the keys at the bottom', () => {
  const inPlace = (place: JobPlaceName): DashboardState =>
    makeState({ view: 'jobs', jobs: { ...makeState().jobs, place } })
  const keysAt = (state: DashboardState): readonly string[] => footerKeys(state).map(({ key }) => key)

  test.each<[place: JobPlaceName, keys: string]>([
    ['active', 'c'],
    ['queued', 'c D'],
    ['scheduled', 'o c D'],
    ['retrying', 'o c D'],
    ['succeeded', 'D'],
    ['dead', 'r R D'],
  ])('for jobs that are %s are those that lead on, then %s', (place, keys) => {
    const first = keysAt(inPlace(place)).slice(0, 3 + keys.split(' ').length)
    expect(first).toEqual(['h l', 'Enter', '/', ...keys.split(' ')])
  })

  test('teach at 80 columns how to move through jobs', () => {
    const bottom = screen(inPlace('dead'), 80, 24).split('\n').at(-1)
    expect(bottom).toBe('h l state  Enter in  / filter  r retry  R retry all  D delete  ? help  q quit')
  })

  test('offer nothing that needs a row where there is none, nor a way back where there is none', () => {
    expect(keysAt(makeState({ overview: makeOverview({ queues: [] }) }))).toEqual(['/', ':', 'Space', '?', 'q'])
    const none = { rows: [], total: 0 }
    expect(keysAt(makeState({ view: 'workflows', workflows: none }))).toEqual(['/', ':', 'Space', '?', 'q'])
    expect(keysAt(makeState())).not.toContain('Esc')
    expect(keysAt(press(makeState(), 'enter').state)).toContain('Esc')
    const found = (searched: number) => ({
      ...makeState().jobs,
      place: 'dead' as const,
      page: { rows: [], searched, total: 9 },
    })
    expect(keysAt(makeState({ view: 'jobs', jobs: found(9) }))).not.toContain('R')
    expect(keysAt(makeState({ view: 'jobs', jobs: found(5) }))).toContain('R')
    const unlimited = makeOverview().queues.map((queue) => ({ ...queue, limits: [] }))
    expect(keysAt(makeState({ view: 'tasks' }))).toContain('l')
    expect(keysAt(makeState({ view: 'tasks', overview: makeOverview({ queues: unlimited }) }))).not.toContain('l')
  })

  test("are those of a job's state on its page", () => {
    const page = (state: JobState) =>
      keysAt(
        play(press(makeState({ view: 'jobs' }), 'enter').state, {
          ...{ kind: 'job', id: JOBS[0]?.id ?? '', detail: makeJobDetail({ state }) },
        }).state,
      )
    expect(page('dead').slice(0, 5)).toEqual(['Esc', 'h l', 'r', 'D', 't'])
    expect(page('active').slice(0, 4)).toEqual(['Esc', 'h l', 'c', 'y'])
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
    parts: play(press(makeState({ view: 'workflows' }), 'enter').state, {
      ...{ kind: 'workflow', id: WORKFLOWS.rows[0]?.id ?? '', detail: makeWorkflowDetail() },
    }).state,
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
    expect(effects.length > 0 || state !== before).toBe(true)
    expect(bindingOf(place, key)).toBeDefined()
  })

  test('leaves other keys without effect', () => {
    const before = play(makeState()).state
    for (const key of ['z', 'Z', '0', '8', 'ctrl-x', 'delete', 'left']) expect(press(before, key).state).toEqual(before)
  })
})
