import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { renderFrame } from '../../src/tui/frame.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { createTheme, type Theme } from '../../src/tui/theme.ts'

/** Themes as tests need them. */
export const PLAIN = createTheme({ theme: 'default', ascii: false, color: false })
export const COLORED = createTheme({ theme: 'default', ascii: false, color: true })
export const ASCII = createTheme({ theme: 'default', ascii: true, color: false })

/** A frame as one text to look at: no spaces at the ends of lines, and runs of empty lines told by their number. */
export function screen(state: DashboardState, columns: number, rows: number, theme: Theme = PLAIN): string {
  const lines = renderFrame({ ...state, size: { columns, rows } }, { columns, rows }, theme)
  return `\n${lines.map((line) => line.trimEnd()).join('\n')}`.replace(/\n{4,}/g, tellEmpty)
}

const tellEmpty = (breaks: string): string => `\n(${breaks.length - 1} empty lines)\n`

/** What a terminal makes of a line. */
export interface Parsed {
  /** Its text, without the theme's colours. */
  readonly text: string
  /** Everything that a terminal would obey, or that hides or turns text, but the theme's colours. */
  readonly intruders: readonly string[]
}

/** Parses a line as a terminal does: the theme's own SGR sequences are taken out; what else it would obey is told. */
export function parseLine(line: string, theme: Theme): Parsed {
  const known = new Set(Object.values(theme.codes).flatMap(({ open, close }) => [open, close]))
  let text = ''
  const intruders: string[] = []
  for (let at = 0; at < line.length; ) {
    const sequence = line.startsWith('\u001b[', at) ? line.slice(at, line.indexOf('m', at) + 1) : ''
    const isOurs = sequence !== '' && known.has(sequence)
    const char = isOurs ? sequence : String.fromCodePoint(line.codePointAt(at) ?? 0)
    if (!isOurs) text += char
    if (!isOurs && OBEYED.test(char)) intruders.push(char)
    at += char.length
  }
  return { text, intruders }
}

/** Controls (C0, DEL, C1), format characters, separators of lines, and halves of pairs. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const inkRequire = createRequire(createRequire(import.meta.url).resolve('ink'))
const stringWidth = (await import(pathToFileURL(inkRequire.resolve('string-width')).href)) as {
  default: (text: string) => number
}

/** The width that Ink takes a text to have: it cuts what is wider than the screen. */
export const inkWidth = (text: string): number => stringWidth.default(text)
