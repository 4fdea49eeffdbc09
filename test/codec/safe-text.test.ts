import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeLines, safeText } from '../../src/codec/safe-text.js'

/** Control characters, and characters that turn or hide text. */
const FORBIDDEN = /[\p{Cc}\p{Bidi_Control}\u00ad\u180e\u200b-\u200d\u2028\u2029\u2060-\u2064\ufeff]/u

const CORPUS = {
  'a colour': '\u001b[31mred\u001b[0m',
  'a cursor move': '\u001b[2J\u001b[H',
  'a terminal title': '\u001b]0;owned\u0007',
  'the clipboard': '\u001b]52;c;cm0gLXJm\u001b\\',
  'a link': '\u001b]8;;http://evil\u001b\\click\u001b]8;;\u001b\\',
  'a device control string': '\u001bP$q"p\u001b\\',
  'an application command': '\u001b_payload\u001b\\',
  'a full reset': '\u001bc',
  'C1 CSI': '\u009b31m',
  'C1 OSC': '\u009d0;owned\u009c',
  'a bell': 'ding\u0007',
  'a backspace': 'safe\b\b\b\bevil',
  'a carriage return': 'real line\rfake line',
  'a new line': 'first\n{"level":"info","msg":"forged"}',
  NUL: 'a\u0000b',
  DEL: 'a\u007fb',
  'a bidirectional override': 'user\u202egpj.exe',
  'an isolate': '\u2066abc\u2069',
  'a right-to-left mark': 'a\u200fb',
  'an Arabic letter mark': 'a\u061cb',
  'zero width': 'pass\u200bword\u200d\ufeff',
  'line and paragraph separators': 'a\u2028b\u2029c',
}

describe('safeText', () => {
  test.each(Object.entries(CORPUS))('leaves nothing of %s', (_, text) => {
    const safe = safeText(text)
    expect(safe).not.toMatch(FORBIDDEN)
    expect(safe).not.toBe(text)
  })

  test('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeText(text)).not.toMatch(FORBIDDEN)
      }),
    )
  })

  test('shows what was there', () => {
    expect(safeText('a\u001b[31mb\u0007')).toBe('a\\u001b[31mb\\u0007')
    expect(safeText('a\r\nb\nc\rd')).toBe('a⏎b⏎c⏎d')
  })

  test('leaves ordinary text of all languages alone', () => {
    for (const text of ['plain', 'Größe', '日本語', 'שלום', '🎉 done']) expect(safeText(text)).toBe(text)
  })

  test('cuts to a length', () => {
    expect(safeText('abcdef', 4)).toBe('abc…')
    expect(safeText('abcd', 4)).toBe('abcd')
    expect(safeText('abcd', 0)).toBe('…')
  })
})

test('safeLines keeps line breaks and tabs, and nothing else', () => {
  expect(safeLines('Error: x\n\tat f\u001b[31m')).toBe('Error: x\n  at f\\u001b[31m')
  expect(safeLines('a\rb\u202e')).toBe('a⏎b\\u202e')
})
