import type { JobRow } from '../../dist/control/dashboard.js'
import { renderFrame } from '../../dist/tui/frame.js'
import { type DashboardState, initialState } from '../../dist/tui/state.js'
import { createTheme } from '../../dist/tui/theme.js'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { median } from '../support/statistics.ts'

const ROWS = 200
/** Rows enough for all of them beside head and foot. */
const SIZE = { columns: 160, rows: ROWS + 6 }
const NOW = 1_800_000_000_000
const LONG_TEXTS = ['x'.repeat(1e7), '\u001b[31m\u202e日'.repeat(1e6), 'e\u0301'.repeat(5e6)]
const THEME = createTheme({ theme: 'default', ascii: false, color: true })

/** What it takes to draw 200 jobs, beside the same rows as JSON; and where their texts are of 10 MB. It has no counterpart. */
export const dashboardFrame: Scenario = {
  name: 'dashboard-frame',
  title: `dashboard: a frame of ${ROWS} jobs`,
  metrics: [
    { key: 'times', title: 'time, frame ÷ JSON of the same rows', unit: '×', target: { of: 'taskq', atMost: 25 } },
    {
      key: 'longTexts',
      title: 'time, texts of 10 MB ÷ short ones',
      unit: '×',
      target: { of: 'taskq', atMost: 10 },
    },
    { key: 'frame', title: 'time', unit: 'ms/frame' },
  ],
  run: async ({ redisUrl, quick }, side) => {
    if (side === 'raw') return {}
    return runChild({ scenario: 'dashboard-frame', side, redisUrl, params: { turns: quick ? 50 : 300 } })
  },
  child: { taskq: drawFrames, raw: async () => {} },
}

/** Each turn does all three, so that what else the machine does is shared by them. */
async function drawFrames({ params }: ChildTask, tell: Tell): Promise<void> {
  const short = rowsOf(() => 'TypeError: fetch failed')
  const long = rowsOf((index) => LONG_TEXTS[index % LONG_TEXTS.length] ?? '')
  const [shortState, longState] = [stateOf(short), stateOf(long)]
  if (!short.every(({ id }) => drawn(shortState).includes(id))) throw new Error('the rows are not all on the screen')
  const works = [
    () => drawn(shortState),
    () => drawn(longState),
    () => short.map((row) => JSON.stringify(row)).join('\n'),
  ]
  const times = works.map((): number[] => [])
  const turns = params.turns ?? 0
  for (let turn = -turns / 5; turn < turns; turn++) {
    for (const [index, work] of works.entries()) {
      const startedAt = performance.now()
      work()
      if (turn >= 0) times[index]?.push(performance.now() - startedAt)
    }
  }
  const [frame = Number.NaN, longFrame = Number.NaN, json = Number.NaN] = times.map(median)
  tell.measured({ times: frame / json, longTexts: longFrame / frame, frame })
}

const drawn = (state: DashboardState): string => renderFrame(state, SIZE, THEME).join('\n')

function rowsOf(textOf: (index: number) => string): JobRow[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    id: `mi7k2x0bQ4rS6tU8v${index}`,
    task: 'SendWelcomeEmail',
    queue: 'emails',
    state: 'retrying' as const,
    attempts: 1,
    enqueuedAt: NOW - index * 1000,
    args: textOf(index),
    dueAt: NOW + 4200,
    error: textOf(index + 1),
  }))
}

function stateOf(rows: readonly JobRow[]): DashboardState {
  const look = { theme: 'default', themes: ['default'], ascii: false, color: true }
  const first = initialState({ readOnly: true, look, size: SIZE, nowMs: NOW, view: 'jobs' })
  return {
    ...first,
    link: { kind: 'live' },
    jobs: { ...first.jobs, place: 'retrying', page: { rows, searched: ROWS, total: ROWS } },
  }
}
