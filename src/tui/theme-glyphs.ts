import { STATE_SIGNS } from '../task/state-signs.js'

/** The signs of the screen that are no letters. Each is one cell wide. */
export interface Glyphs {
  readonly cursor: string
  readonly selected: string
  readonly paused: string
  readonly limited: string
  readonly frozen: string
  readonly caret: string
  readonly descending: string
  readonly ascending: string
  readonly dot: string
  /** Of the states of jobs; any other has none. */
  readonly states: ReadonlyMap<string, string>
  readonly box: BoxGlyphs
  /** From nothing to most. */
  readonly bars: readonly string[]
  /** What is left of a bar that shows how far something is. */
  readonly rest: string
}

interface BoxGlyphs {
  readonly topLeft: string
  readonly topRight: string
  readonly bottomLeft: string
  readonly bottomRight: string
  readonly horizontal: string
  readonly vertical: string
}

/** For terminals that write UTF-8. */
export const UNICODE: Glyphs = {
  cursor: '▶',
  selected: '✓',
  paused: '‖',
  limited: '●',
  frozen: '*',
  caret: '▏',
  descending: '▼',
  ascending: '▲',
  dot: '·',
  states: STATE_SIGNS,
  rest: '░',
  box: { topLeft: '╭', topRight: '╮', bottomLeft: '╰', bottomRight: '╯', horizontal: '─', vertical: '│' },
  bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
}

/** For all others. */
export const ASCII: Glyphs = {
  cursor: '>',
  selected: '*',
  paused: '=',
  limited: 'o',
  frozen: '#',
  caret: '|',
  descending: 'v',
  ascending: '^',
  dot: '-',
  states: new Map([
    ['scheduled', '@'],
    ['queued', 'o'],
    ['active', '>'],
    ['retrying', '~'],
    ['blocked', '<'],
    ['succeeded', '+'],
    ['failed', 'x'],
    ['dead', 'x'],
    ['revoked', '/'],
    ['expired', '0'],
  ]),
  box: { topLeft: '+', topRight: '+', bottomLeft: '+', bottomRight: '+', horizontal: '-', vertical: '|' },
  rest: '.',
  bars: [' ', '.', '.', ':', ':', '|', '|', '#', '#'],
}
