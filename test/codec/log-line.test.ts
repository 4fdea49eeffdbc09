import { expect, test } from 'vitest'
import { readLogLine } from '../../src/codec/log-line.js'
import { createRedactor } from '../../src/codec/redaction.js'

const redact = createRedactor([])
const line = JSON.stringify({ time: 't', level: 'info', attempt: 1, message: 'hi', fields: { token: 'a', n: 1 } })

test('a line is shown with its fields, masked where that is wanted', () => {
  expect(readLogLine(line)).toBe('t info hi {"token":"a","n":1}')
  expect(readLogLine(line, redact)).toBe('t info hi {"token":"***","n":1}')
  expect(readLogLine('{"time":"t","level":"warn","message":"no fields"}', redact)).toBe('t warn no fields')
  expect(readLogLine('{"time":"t","level":"warn","message":7}', redact)).toBe('t warn 7')
})

test('of a line that was cut, the fields are left out: nobody can tell what is in them', () => {
  expect(readLogLine(line.slice(0, -5), redact)).toBe('{"time":"t","level":"info","attempt":1,"message":"hi"')
})

test.each([
  '{"a":1}',
  '42',
  'null',
  '"text"',
  '{"time":1,"level":"info","message":"hi"}',
  '{"time":"t","level":"info"}',
])('a line of unknown form is shown as it is: %s', (stored) => {
  expect(readLogLine(stored, redact)).toBe(stored)
})

test.each(['\u001b[2J\u202e', 'null', '"text"', '7'])('what is no line is shown safe: %j', (stored) => {
  expect(readLogLine(stored, redact)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})
