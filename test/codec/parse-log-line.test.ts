import { describe, expect, test } from 'vitest'
import { parseLogLine } from '../../src/codec/parse-log-line.js'
import { formatLogLine } from '../../src/worker/run-log.js'

describe('a stored log line', () => {
  test('is read as it was written', () => {
    const line = parseLogLine(formatLogLine('warn', 3, { a: [1], error: new RangeError('x') }, 'said "so"'))
    expect(line).toEqual({
      time: expect.any(Date),
      level: 'warn',
      attempt: 3,
      message: 'said "so"',
      fields: { a: [1], error: expect.objectContaining({ name: 'RangeError', message: 'x' }) },
    })
    expect(Math.abs(Date.now() - line.time.getTime())).toBeLessThan(60_000)
    expect(parseLogLine(formatLogLine('info', 1, undefined, ''))).not.toHaveProperty('fields')
  })

  test('that was too long to be kept whole tells what stands before its fields', () => {
    const whole = formatLogLine('error', 2, { list: Array(100).fill('x') }, 'much')
    expect(parseLogLine(`${whole.slice(0, 120)}…`)).toEqual({
      time: expect.any(Date),
      level: 'error',
      attempt: 2,
      message: 'much',
    })
  })

  test.each([
    '',
    'not JSON',
    'null',
    '7',
    '[]',
    '{}',
    '{"message":5,"level":"loud","time":7,"attempt":"x","fields":1}',
  ])('of another form is shown as it is: %j', (stored) => {
    expect(parseLogLine(stored)).toEqual({ time: new Date(0), level: 'info', attempt: 1, message: stored })
  })
})
