import { describe, expect, test } from 'vitest'
import { formatProblem, show, unknownKeys } from '../../src/errors/problems.js'
import { TASK_OPTION_KEYS } from '../../src/task/options.js'

describe('formatProblem', () => {
  test('says which key, what was expected, what came, and what was meant', () => {
    const problem = { key: 'retries', expected: 'a whole number from 0 to 1000', got: '-1' }
    expect(formatProblem(problem)).toBe('retries: expected a whole number from 0 to 1000, got -1')
    expect(formatProblem({ ...problem, nearest: 'retry' })).toMatch(/ \(did you mean retry\?\)$/)
  })
})

describe('unknownKeys', () => {
  test('names each unknown key with its path and the nearest known one', () => {
    expect(unknownKeys({ retires: 1, queue: 'a', zzz: 2 }, ['retries', 'queue'], 'tasks.')).toEqual([
      { key: 'tasks.retires', expected: 'one of retries, queue', got: 'an unknown key', nearest: 'retries' },
      { key: 'tasks.zzz', expected: 'one of retries, queue', got: 'an unknown key' },
    ])
  })
})

test.each([
  ['max_retries', 'retries'],
  ['acks_late', 'acks'],
  ['autoretry_for', 'retryOn'],
  ['retry_backoff', 'backoff'],
  ['ignore_result', 'ignoreResult'],
])("unknownKeys knows Celery's %s", (key, meant) => {
  expect(unknownKeys({ [key]: 1 }, TASK_OPTION_KEYS)).toMatchObject([{ nearest: meant }])
  expect(unknownKeys({ [key]: 1 }, ['queue'])[0]).not.toHaveProperty('nearest')
})

describe('show', () => {
  test.each([
    ['text', '"text"'],
    ['x'.repeat(70), `"${'x'.repeat(60)}…"`],
    [{ secret: 1 }, 'an object'],
    [new Date(Number.NaN), 'an invalid Date'],
    [new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    [Promise.resolve(1), 'a promise'],
    [[1, 2], 'an array of 2'],
    [() => 1, 'a function'],
    [null, 'null'],
    [-1, '-1'],
  ])('shows %j as %s', (value, shown) => {
    expect(show(value)).toBe(shown)
  })
})
