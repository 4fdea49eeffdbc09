import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asciiText, cleanText, clip, takeCells, widthOf, wrapText } from '../../src/tui/clean-text.ts'
import { inkWidth } from './terminal.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string())

test('a text that fits stays as it is', () => {
  expect(clip('plain text', 10)).toEqual({ text: 'plain text', width: 10 })
  expect(clip('日本語', 6)).toEqual({ text: '日本語', width: 6 })
})

test('a text that does not fit is cut with an ellipsis, between characters', () => {
  expect(clip('plain text', 6)).toEqual({ text: 'plain…', width: 6 })
  expect(clip('日本語', 5)).toEqual({ text: '日本…', width: 5 })
  expect(clip('日本語', 4)).toEqual({ text: '日…', width: 3 })
})

test('no cells hold nothing', () => {
  expect(clip('text', 0)).toEqual({ text: '', width: 0 })
})

test('what a broken record has in a text’s place is empty', () => {
  expect(clip(undefined as never, 5)).toEqual({ text: '', width: 0 })
  expect(clip({ length: 3 } as never, 5)).toEqual({ text: '', width: 0 })
})

test('what would move the cursor, hide or turn text is written out', () => {
  expect(cleanText('a\u001b[2Jb')).toBe('a\\u001b[2Jb')
  expect(cleanText('a\u009b31mb')).toBe('a\\u009b31mb')
  expect(cleanText('\u202egnp.exe')).toBe('\\u202egnp.exe')
  expect(cleanText('one\r\ntwo')).toBe('one⏎two')
  expect(cleanText('a\u3164b')).toBe('a\\u3164b')
})

test('looks that terminals disagree on go: variation selectors, shades of skin', () => {
  expect(cleanText('☀\ufe0f')).toBe('☀')
  expect(cleanText('👍🏽')).toBe('👍')
})

test('a letter keeps four marks at most', () => {
  expect(cleanText(`e${'\u0301'.repeat(50)}x`)).toBe(`e${'\u0301'.repeat(4)}x`)
})

test('half of a pair becomes a character of its own', () => {
  expect(cleanText('a\ud83d')).toBe('a\ufffd')
})

test('a width is never less than what Ink takes a clean text for', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanText(text)
      expect(widthOf(clean)).toBeGreaterThanOrEqual(inkWidth(clean))
    }),
    { numRuns: 2000 },
  )
})

test('every character alone is as wide as Ink says', () => {
  const differing: string[] = []
  for (let code = 0x20; code < 0x20000; code++) {
    const char = String.fromCodePoint(code)
    if (cleanText(char) === char && widthOf(char) !== inkWidth(char)) differing.push(code.toString(16))
  }
  expect(differing).toEqual([])
})

test('a text clipped to any width is no wider, and clipping again changes nothing', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
      const clipped = clip(text, width)
      expect(clipped.width).toBe(widthOf(clipped.text))
      expect(clipped.width).toBeLessThanOrEqual(width)
      expect(clip(clipped.text, width)).toEqual(clipped)
    }),
  )
})

test('marks stay with their letter where a text is parted', () => {
  expect(takeCells('e\u0301e\u0301', 1)).toEqual({ text: 'e\u0301', width: 1 })
})

test('text is wrapped at spaces, and in the middle of what has none', () => {
  expect(wrapText('the quick brown fox', 10, 9)).toEqual(['the quick', 'brown fox'])
  expect(wrapText('x'.repeat(12), 5, 9)).toEqual(['xxxxx', 'xxxxx', 'xx'])
  expect(wrapText('日本語です', 4, 9)).toEqual(['日本', '語で', 'す'])
  expect(wrapText('x'.repeat(100), 5, 2)).toHaveLength(2)
  expect(wrapText('', 5, 2)).toEqual([])
})

test('no wrapped line is too wide', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 2, max: 30 }), (text, width) => {
      for (const line of wrapText(text, width, 50)) expect(widthOf(line)).toBeLessThanOrEqual(width)
    }),
  )
})

test('ASCII for a text is as wide as the text', () => {
  expect(asciiText('naïve – 日本…')).toBe('na?ve - ????~')
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanText(text)
      expect(asciiText(clean)).toMatch(/^[ -~]*$/)
      expect(asciiText(clean).length).toBe(widthOf(clean))
    }),
  )
})
