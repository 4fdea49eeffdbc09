import { formatCount } from './amounts.js'
import { MAX_LONG_TEXT } from './bounded.js'
import { wrapText } from './clean-text.js'

/** What is shown of a text on a page; all of it is in the pager. */
const MAX_LENGTH = 16_384
const MAX_LINES = 400

/** JSON over several lines where it does not fit on one. Numbers stay as they were written, however long. */
export function jsonLines(json: string, width: number): readonly string[] {
  const shown = json.slice(0, MAX_LENGTH)
  const text = shown.length <= width ? shown : indent(shown)
  return textLines(text, width, json.length - shown.length, json.length > MAX_LONG_TEXT)
}

/**
 * A text over several lines, wrapped; what is left out is said. How much it is, only of a text that has its whole length:
 * one that is longer may have been cut when it came.
 */
export function textLines(
  text: string,
  width: number,
  alreadyLeftOut = 0,
  wasCut = text.length > MAX_LONG_TEXT,
): readonly string[] {
  const shown = text.slice(0, 2 * MAX_LENGTH)
  const leftOut = alreadyLeftOut + text.length - shown.length
  const lines = shown
    .split('\n', MAX_LINES + 1)
    .flatMap((line) => (line.trim() === '' ? [''] : wrapText(line.replaceAll('\t', '  '), width, MAX_LINES + 1)))
  const all = lines.slice(0, MAX_LINES)
  if (leftOut === 0 && lines.length === all.length) return all
  const isCounted = !wasCut && lines.length === all.length
  return [...all, `… and ${isCounted ? `${formatCount(leftOut)} characters ` : ''}more: e opens all of it`]
}

/** A string, even one that was cut; brackets around nothing; one of the signs that lines break at; a number or word. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|\[\s*\]|\{\s*\}|[[\]{},:]|[^"[\]{},:\s]+/gs

function indent(json: string): string {
  let depth = 0
  let text = ''
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '}' || token === ']') depth = Math.max(0, depth - 1)
    text += gapBefore(token, depth) + token
    if (token === '{' || token === '[') depth++
    text += gapAfter(token, depth)
  }
  return text
}

const lineBreak = (depth: number): string => `\n${'  '.repeat(Math.min(depth, 20))}`

const gapBefore = (token: string, depth: number): string => (token === '}' || token === ']' ? lineBreak(depth) : '')

function gapAfter(token: string, depth: number): string {
  if (token === '{' || token === '[' || token === ',') return lineBreak(depth)
  return token === ':' ? ' ' : ''
}
