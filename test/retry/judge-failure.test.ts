import { describe, expect, test } from 'vitest'
import { DEFAULT_BACKOFF } from '../../src/retry/backoff.js'
import { judgeFailure } from '../../src/retry/judge-failure.js'

const policy = (retries: number) => ({ retries, backoff: DEFAULT_BACKOFF })

describe('judgeFailure', () => {
  test('gives no second run without retries', () => {
    expect(judgeFailure(policy(0), 1)).toEqual({ kind: 'dead' })
  })

  test('gives as many extra runs as retries, each after a longer wait', () => {
    expect([1, 2, 3].map((attempt) => judgeFailure(policy(2), attempt, 0))).toEqual([
      { kind: 'retry', delayMs: 1000 },
      { kind: 'retry', delayMs: 2000 },
      { kind: 'dead' },
    ])
  })
})
