import fc from 'fast-check'
import { expect, test } from 'vitest'
import { widthOf } from '../../src/tui/clean-text.ts'
import { renderFrame } from '../../src/tui/frame.ts'
import { renderSnapshot } from '../../src/tui/snapshot.ts'
import { type DashboardState, type Size, VIEWS } from '../../src/tui/state.ts'
import { createTheme, THEME_NAMES, type Theme } from '../../src/tui/theme.ts'
import { makeJobDetail, makeOverview, makeState, makeWorkflowDetail, NOW } from './fixtures.ts'
import { ASCII, COLORED, inkWidth, PLAIN, parseLine } from './terminal.ts'

/** What a terminal could be tricked with, and what is hard to measure. */
const HOSTILE = [
  ...[
    '\u001b[2J\u001b[H',
    '\u001b]0;title\u0007',
    '\u001b]52;c;aGk=\u001b\\',
    '\u001bP1$q\u001b\\',
    '\u001b[31m',
    '\u001bc',
  ],
  ...['\u009b31m', '\u0090x\u009c', '\u0085', '\u0000', '\u0007', '\b\b\b', '\r', '\n', '\t', '\u007f'],
  ...[
    '\u202eevil\u202c',
    '\u2066\u2069',
    '\u200f',
    '\u061c',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\u00ad',
    '\u200b',
    '\u2060',
  ],
  ...[
    '日本語のテキスト',
    '한국어',
    '\u1112\u1161\u11ab',
    '\u1100\u1100',
    '\uff9e',
    'ｶﾞ',
    '👩‍👩‍👧‍👦',
    '👍🏽',
    '🏽',
    '🇩🇪🇩',
    '1\ufe0f\u20e3',
    '☀\ufe0f',
  ],
  ...[
    'e\u0301',
    '\u0301',
    'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d',
    '\u0e01\u0e33',
    'क्षि',
    '\u3164',
    '\u115f',
    '\ud83d',
    '\udc00',
    '\u{e0041}',
  ],
  ...['constructor', '__proto__', '{"a":"\\', '"', ' ', 'plain text', '…', '⏎'],
]

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 })
  .map((parts) => parts.join(''))

/** Puts other texts into every place of a value where there is a text. */
function poison<T>(value: T, next: () => string): T {
  if (typeof value === 'string') return next() as T
  if (value instanceof Date || value instanceof Set || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => poison(item, next)) as T
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poison(item, next)])) as T
}

const DETAIL = makeJobDetail({ resultJson: '{"a":1}', progress: 'half', schedule: { name: 'x', slotMs: NOW } })

/** All screens there are, with these texts wherever a text comes from outside. */
function screensOf(next: () => string): readonly DashboardState[] {
  const healthy = makeState()
  const { overview, schedules, workflows, jobs, events } = poison(
    {
      ...{ overview: makeOverview(), schedules: healthy.schedules, workflows: healthy.workflows },
      ...{ jobs: healthy.jobs.page, events: healthy.events.rows },
    },
    next,
  )
  const state: DashboardState = {
    ...healthy,
    ...{ overview, schedules, workflows, jobs: { ...healthy.jobs, page: jobs, queue: next(), task: next() } },
    events: { ...healthy.events, rows: events },
    notice: { tone: 'error', text: next(), ticks: 3 },
  }
  const input = { text: next(), at: 3 }
  const matches = [{ command: next(), title: next() }]
  const report = { done: 0, text: next(), refused: [{ what: next(), why: next() }] }
  const action = { kind: 'queue', verb: 'pause', queue: 'x' } as const
  return [
    ...VIEWS.map((view): DashboardState => ({ ...state, view })),
    { ...state, pages: [{ kind: 'job', id: next(), detail: poison(DETAIL, next), top: 0, seeks: undefined }] },
    { ...state, pages: [{ kind: 'job', id: next(), detail: poison(DETAIL, next), top: 14, seeks: undefined }] },
    { ...state, pages: [{ kind: 'worker', id: overview.workers[0]?.id ?? '' }] },
    { ...state, pages: [{ kind: 'workflow', id: next(), detail: poison(makeWorkflowDetail(), next) }] },
    { ...state, pages: [{ kind: 'schedule', name: schedules?.[0]?.name ?? '', top: 0 }] },
    { ...state, dialog: { kind: 'confirm', title: next(), lines: [next(), next()], actions: [action] } },
    { ...state, dialog: { kind: 'palette', input, matches, chosen: 0, problem: next() } },
    { ...state, dialog: { kind: 'filter', input, before: '' } },
    { ...state, dialog: { kind: 'report', report, top: 0 } },
    { ...state, link: { kind: 'lost', sinceMs: NOW, retryAtMs: NOW, problem: next() } },
  ]
}

function checkLines(lines: readonly string[], columns: number, theme: Theme): void {
  for (const line of lines) {
    const { text, intruders } = parseLine(line, theme)
    expect(intruders, JSON.stringify(text)).toEqual([])
    expect(Math.max(widthOf(text), inkWidth(text)), JSON.stringify(text)).toBeLessThanOrEqual(columns)
  }
}

function checkFrame(state: DashboardState, size: Size, theme: Theme): void {
  const lines = renderFrame({ ...state, size }, size, theme)
  expect(lines).toHaveLength(size.rows)
  checkLines(lines, size.columns, theme)
}

test('whatever is in whichever field, no line is too wide and none holds a control character', () => {
  const sizes = fc.record({ columns: fc.integer({ min: 1, max: 140 }), rows: fc.integer({ min: 1, max: 30 }) })
  const themes = fc.constantFrom(PLAIN, COLORED, ASCII)
  fc.assert(
    fc.property(fc.array(hostileText, { minLength: 1, maxLength: 30 }), sizes, themes, (texts, size, theme) => {
      let count = 0
      for (const state of screensOf(() => texts[count++ % texts.length] ?? '')) checkFrame(state, size, theme)
    }),
    { numRuns: 150 },
  )
}, 60_000)

test.each(HOSTILE)('%j alone in every field', (text) => {
  for (const state of screensOf(() => text)) checkFrame(state, { columns: 100, rows: 24 }, COLORED)
  checkLines(renderSnapshot({ overview: screensOf(() => text)[0]?.overview ?? makeOverview() }, 100, PLAIN), 100, PLAIN)
})

test('in ASCII, hostile texts leave ASCII alone', () => {
  const text = HOSTILE.join('')
  const size = { columns: 100, rows: 24 }
  for (const state of screensOf(() => text)) {
    expect(renderFrame({ ...state, size }, size, ASCII).join('')).toMatch(/^[ -~]*$/)
  }
})

test('texts of 10 MB are drawn as others are', () => {
  const long = ['x'.repeat(1e7), '\u001b[31m\u202e日'.repeat(1e6), 'e\u0301'.repeat(5e6)]
  let count = 0
  for (const state of screensOf(() => long[count++ % long.length] ?? '')) {
    checkFrame(state, { columns: 120, rows: 50 }, COLORED)
  }
})

test('a record with other things where texts and numbers should be costs its cells, not the screen', () => {
  const overview = makeOverview()
  const odd = [null, 7, {}, [], true] as never[]
  for (const thing of odd) {
    const worker = { id: 'w', name: 'broken@host', queues: thing, slots: [thing], process: thing, startedAt: thing }
    const broken = { ...overview, workers: [worker as never, ...overview.workers] }
    const size = { columns: 120, rows: 20 }
    const lines = renderFrame({ ...makeState({ view: 'workers', overview: broken }), size }, size, PLAIN)
    expect(lines.join('\n')).toContain('mailer@web-1')
    const pages = [{ kind: 'worker', id: 'w' }] as const
    expect(renderFrame({ ...makeState({ overview: broken, pages }), size }, size, PLAIN)).toHaveLength(20)
  }
})

test('every theme draws every screen', () => {
  for (const name of THEME_NAMES) {
    const theme = createTheme({ theme: name, ascii: false, color: true })
    for (const state of screensOf(() => 'text')) checkFrame(state, { columns: 80, rows: 24 }, theme)
  }
})
