import { eastAsianWidth } from 'get-east-asian-width'
import { safeText } from '../codec/safe-text.js'

/** How many UTF-16 units of a text are looked at for each cell that it may take: letters may carry marks. */
const UNITS_PER_CELL = 4

const PRINTABLE_ASCII = /^[ -~]*$/
/** Marks that lie over the letter before them. */
const MARK = /^\p{Mn}$/u
/** More marks on one letter than any language has. */
const TOWER = /(\p{M}{4})\p{M}+/gu
/**
 * What terminals disagree on: characters that show nothing, marks that enclose, variation selectors and shades of skin,
 * which make one cell of two or two of one.
 */
const UNSTEADY = /[\p{Default_Ignorable_Code_Point}\p{Me}\p{Emoji_Modifier}]/gu
/** Of these, the ones that go without a trace: they only choose between looks of the character before. */
const LOOKS = /^[\ufe00-\ufe0f\p{Emoji_Modifier}]$/u

/** Text that is safe on a screen, and how many cells it takes. */
export interface Measured {
  readonly text: string
  readonly width: number
}

/**
 * Makes a text safe and no wider than `maxWidth` cells, with an ellipsis where it is cut. It is cut before anything
 * else, so that a text of 10 MB costs as much as one of a line. What a broken record has in a text's place is empty.
 */
export function clip(text: string, maxWidth: number): Measured {
  if (maxWidth <= 0 || typeof text !== 'string') return { text: '', width: 0 }
  const limit = maxWidth * UNITS_PER_CELL + UNITS_PER_CELL
  const isLong = text.length > limit
  const clean = cleanText(isLong ? text.slice(0, limit) : text)
  const width = widthOf(clean)
  if (!isLong && width <= maxWidth) return { text: clean, width }
  const kept = takeCells(clean, maxWidth - 1)
  return { text: `${kept.text}…`, width: kept.width + 1 }
}

/**
 * Makes a text safe for one line of a screen: what it shows is what it is, and as wide as is thought. Costs as much as
 * the text is long: cut it first.
 */
export function cleanText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text
  return safeText(text.toWellFormed()).replace(UNSTEADY, escaped).replace(TOWER, '$1')
}

function escaped(char: string): string {
  if (LOOKS.test(char)) return ''
  const hex = (char.codePointAt(0) ?? 0).toString(16)
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}

/**
 * The cells that a clean text takes at most. Character by character, as most terminals count: those that join
 * characters to one picture take less, none takes more.
 */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let width = 0
  for (const char of text) width += widthOfCharacter(char)
  return width
}

function widthOfCharacter(char: string): number {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x300) return 1
  if (MARK.test(char)) return 0
  return eastAsianWidth(code)
}

/** The first characters of a clean text that fit. Marks stay with their letter. */
export function takeCells(text: string, maxWidth: number): Measured {
  if (PRINTABLE_ASCII.test(text)) {
    const kept = text.slice(0, Math.max(0, maxWidth))
    return { text: kept, width: kept.length }
  }
  let width = 0
  let end = 0
  for (const char of text) {
    const next = width + widthOfCharacter(char)
    if (next > maxWidth) break
    width = next
    end += char.length
  }
  return { text: text.slice(0, end), width }
}

/** Breaks a text into lines of at most `width` cells, at spaces where there are any; at most `maxLines` of them. */
export function wrapText(text: string, width: number, maxLines: number): string[] {
  let rest = cleanText(text.slice(0, width * maxLines * UNITS_PER_CELL))
  const lines: string[] = []
  while (rest !== '' && lines.length < maxLines) {
    const head = takeCells(rest.slice(0, (width + 1) * UNITS_PER_CELL), Math.max(2, width)).text
    const isLast = head.length === rest.length
    const space = isLast ? -1 : head.lastIndexOf(' ', head.length)
    const end = space > head.length / 2 ? space : head.length
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).replace(/^ /, '')
  }
  return lines
}

/** Writes a clean text with ASCII alone, as many cells wide. */
export function asciiText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text
  return Array.from(text, asciiOf).join('')
}

const ASCII_FOR: ReadonlyMap<string, string> = new Map([
  ['…', '~'],
  ['⏎', '|'],
  ['·', '-'],
  ['–', '-'],
  ['→', '>'],
  ['×', 'x'],
  // Branches of a tree.
  ['│', '|'],
  ['├', '|'],
  ['└', '`'],
  ['─', '-'],
])

function asciiOf(char: string): string {
  return PRINTABLE_ASCII.test(char) ? char : (ASCII_FOR.get(char) ?? '?'.repeat(widthOfCharacter(char)))
}
