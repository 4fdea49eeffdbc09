import { BOX_EDGES, type Box, boxLines, overlay } from './box.js'
import { wrapText } from './clean-text.js'
import { boxHeight, boxWidth, dialogTexts } from './dialog-texts.js'
import { EMPTY_LINE, gap, type Line, lineOf, padded, span } from './line.js'
import type { DashboardState, Dialog, Size } from './state.js'
import { inputSpans } from './status-line.js'
import type { Theme } from './theme.js'

/** Lays the dialog over the frame. A filter has no box: it is typed in the line above the keys. */
export function withDialog(frame: readonly Line[], state: DashboardState, size: Size, theme: Theme): readonly Line[] {
  const { dialog } = state
  if (dialog === undefined || dialog.kind === 'filter') return frame
  if (dialog.kind === 'palette') return withMatches(frame, dialog, size, theme)
  const width = boxWidth(size, dialog.kind)
  const lines = boxLines(boxOf(dialog, state, width - BOX_EDGES, boxHeight(size), theme), width, theme)
  const row = Math.max(1, Math.floor((size.rows - lines.length) / 2))
  return overlay(frame, lines, row, Math.floor((size.columns - width) / 2))
}

type Boxed = Exclude<Dialog, { kind: 'filter' } | { kind: 'palette' }>

function boxOf(dialog: Boxed, state: DashboardState, width: number, height: number, theme: Theme): Box {
  switch (dialog.kind) {
    case 'confirm':
      return { title: dialog.title, lines: wrapped(dialog.lines, width, height), footer: 'y yes   n no' }
    case 'prompt':
      return { title: dialog.title, lines: promptLines(dialog, width, theme), footer: 'enter do it   esc leave it' }
    case 'help':
      return scrolling('Keys', dialogTexts(dialog, state), dialog.top, width, height)
    case 'report':
      return scrolling(dialog.report.text, dialogTexts(dialog, state), dialog.top, width, height)
  }
}

function wrapped(texts: readonly string[], width: number, height: number): readonly Line[] {
  const lines = texts.slice(0, height).flatMap((text) => (text === '' ? [''] : wrapText(text, width, height)))
  return lines.slice(0, height).map((text) => lineOf([span(text, 'plain', width)]))
}

function scrolling(title: string, texts: readonly string[], top: number, width: number, height: number): Box {
  const from = Math.max(0, Math.min(top, texts.length - height))
  const lines = texts.slice(from, from + height).map((text) => lineOf([span(text, 'plain', width)]))
  return { title, lines, footer: texts.length > height ? 'j k scroll   esc back' : 'esc back' }
}

type Prompt = Extract<Dialog, { kind: 'prompt' }>

function promptLines({ input, hint, problem }: Prompt, width: number, theme: Theme): readonly Line[] {
  const why = problem === undefined ? [] : wrapText(problem, width, 3).map((text) => lineOf([span(text, 'bad', width)]))
  const hints = wrapText(hint, width, 3).map((text) => lineOf([span(text, 'dim', width)]))
  return [...hints, EMPTY_LINE, lineOf(inputSpans('> ', input, width, theme)), ...why]
}

const MATCHES_SHOWN = 8
const COMMAND_WIDTH = 24

type Palette = Extract<Dialog, { kind: 'palette' }>

/** What completes the command, above the line where it is typed. */
function withMatches(frame: readonly Line[], palette: Palette, size: Size, theme: Theme): readonly Line[] {
  const { matches, chosen } = palette
  const height = Math.min(MATCHES_SHOWN, size.rows - 6)
  const from = Math.max(0, Math.min(chosen - height + 1, matches.length - height))
  const width = Math.min(size.columns - 4, 72)
  const lines = matches.slice(from, from + height).map(({ command, title }, index) => {
    const isChosen = from + index === chosen
    const mark = span(isChosen ? theme.glyphs.cursor : ' ')
    const tone = isChosen ? 'strong' : 'plain'
    return lineOf([mark, gap(1), padded(command, COMMAND_WIDTH, tone), gap(1), span(title, 'dim', width)])
  })
  const none = [lineOf([span('nothing fits', 'dim')])]
  const shown = boxLines({ title: 'Commands', lines: lines.length > 0 ? lines : none, footer: '' }, width, theme)
  const row = size.rows - 2 - shown.length
  return [...overlay(frame.slice(0, -2), shown, row, 0), ...frame.slice(-2)]
}
