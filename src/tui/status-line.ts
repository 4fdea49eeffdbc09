import { formatCount } from './amounts.js'
import { clip, widthOf } from './clean-text.js'
import { EMPTY_LINE, gap, type Line, lineOf, lineWidth, type Span, span } from './line.js'
import { pageLines } from './page-lines.js'
import { keysOf, shownList, shownText } from './rows.js'
import { bodyRows, type DashboardState, type Notice, type TextInput } from './state.js'
import type { Theme } from './theme.js'
import type { Tone } from './theme-colors.js'

/** The line above the keys: what is typed; else what came of the last key, and where in the list one is. */
export function statusLine(state: DashboardState, columns: number, theme: Theme): Line {
  const { dialog } = state
  if (dialog?.kind === 'filter') return lineOf(inputSpans('/', dialog.input, columns, theme))
  if (dialog?.kind === 'palette') return paletteLine(dialog, columns, theme)
  const hasNotice = state.notice !== undefined || state.running.length > 0
  const right = [span(whereText(state, hasNotice ? Math.floor(columns / 2) : columns), 'dim', columns)]
  const room = columns - lineWidth({ spans: right }) - 1
  const left = [noticeSpan(state, room)]
  if (lineWidth({ spans: [...left, ...right] }) === 0) return EMPTY_LINE
  return lineOf([...left, gap(columns - lineWidth({ spans: left }) - lineWidth({ spans: right })), ...right])
}

/** What is typed, and where the next character goes. Of a long text, the end before that place is shown. */
export function inputSpans(prompt: string, { text, at }: TextInput, columns: number, { glyphs }: Theme): Span[] {
  const room = Math.max(1, columns - prompt.length - 2)
  const from = Math.max(0, at - Math.floor(room * 0.75))
  const before = span(text.slice(from, at), 'plain', room)
  const after = span(text.slice(at, at + room), 'plain', Math.max(0, room - before.width))
  return [span(prompt, 'accent'), before, span(glyphs.caret, 'strong'), after]
}

type Palette = Extract<NonNullable<DashboardState['dialog']>, { kind: 'palette' }>

function paletteLine({ input, problem }: Palette, columns: number, theme: Theme): Line {
  const why = problem === undefined ? [] : [gap(2), span(problem, 'bad', Math.floor(columns / 2))]
  return lineOf([...inputSpans(':', input, columns - lineWidth({ spans: why }), theme), ...why])
}

const TONES: Readonly<Record<Notice['tone'], Tone>> = { info: 'plain', done: 'good', refused: 'warn', error: 'bad' }

function noticeSpan({ running, notice }: DashboardState, room: number): Span {
  const [first] = running
  if (first !== undefined) {
    const more = running.length > 1 ? ` and ${running.length - 1} more` : ''
    return span(`${first.slice(0, 200)}…${more}`, 'accent', room)
  }
  if (notice === undefined) return gap(0)
  const mark = notice.tone === 'error' || notice.tone === 'refused' ? '! ' : ''
  return span(mark + notice.text.slice(0, 500), TONES[notice.tone], room)
}

/** What is selected, the filter, how much was searched, which rows are shown: as much of it as fits, none in part. */
function whereText(state: DashboardState, columns: number): string {
  const name = shownList(state)
  if (name === undefined) return pagePosition(state)
  const { filter, selected, top } = state.lists[name]
  const count = keysOf(state, name).length
  const parts = [
    selected.size > 0 ? `${formatCount(selected.size)} selected` : '',
    filter === '' ? '' : clip(`/${filter}`, Math.floor(columns / 3)).text,
    name === 'jobs' ? searchedText(state) : '',
    positionText(top, count, bodyRows(state.size)),
  ].filter((part) => part !== '')
  while (widthOf(parts.join(GAP)) > columns) parts.pop()
  return parts.join(GAP)
}

const GAP = '  '

function searchedText({ jobs: { page, loading } }: DashboardState): string {
  if (page === undefined || loading) return 'searching…'
  return page.searched === page.total ? '' : `searched ${formatCount(page.searched)} of ${formatCount(page.total)}`
}

function pagePosition(state: DashboardState): string {
  const page = shownText(state)
  if (page === undefined) return ''
  return positionText(page.top, pageLines(state).length, bodyRows(state.size))
}

function positionText(top: number, count: number, height: number): string {
  return count > height ? `${top + 1}–${Math.min(count, top + height)} of ${count}` : ''
}
