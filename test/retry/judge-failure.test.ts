import { describe, expect, test } from 'vitest'
import { DEFAULT_BACKOFF, parseBackoff } from '../../src/retry/backoff.js'
import type { ErrorRule } from '../../src/retry/error-rule.js'
import { judgeFailure } from '../../src/retry/judge-failure.js'

class PaymentError extends Error {}
class CardDeclined extends PaymentError {}

const policy = (retries: number, over: { retryOn?: ErrorRule[]; dontRetryOn?: ErrorRule[] } = {}) => ({
  retries,
  backoff: DEFAULT_BACKOFF,
  ...over,
})
const kindOf = (over: { retryOn?: ErrorRule[]; dontRetryOn?: ErrorRule[] }, thrown: unknown) =>
  judgeFailure(policy(5, over), 1, thrown).kind

describe('judgeFailure', () => {
  test('gives no second run without retries', () => {
    expect(judgeFailure(policy(0), 1)).toEqual({ kind: 'dead' })
  })

  test('gives as many extra runs as retries, each after a longer wait', () => {
    expect([1, 2, 3].map((attempt) => judgeFailure(policy(2), attempt, undefined, 0))).toEqual([
      { kind: 'retry', delayMs: 1000 },
      { kind: 'retry', delayMs: 2000 },
      { kind: 'dead' },
    ])
  })

  test('retries only what retryOn names, where it names something', () => {
    const retryOn = [PaymentError, 'TimeoutError', (error: unknown) => (error as { status?: number })?.status === 503]
    expect(kindOf({ retryOn }, new CardDeclined('no'))).toBe('retry')
    expect(kindOf({ retryOn }, Object.assign(new Error('slow'), { name: 'TimeoutError' }))).toBe('retry')
    expect(kindOf({ retryOn }, { status: 503 })).toBe('retry')
    expect(kindOf({ retryOn }, new Error('no'))).toBe('dead')
    expect(kindOf({ retryOn }, undefined)).toBe('dead')
    expect(kindOf({ retryOn: [] }, new Error('no'))).toBe('dead')
  })

  test('never retries what dontRetryOn names, also where retryOn names it', () => {
    expect(kindOf({ dontRetryOn: [CardDeclined] }, new CardDeclined('no'))).toBe('dead')
    expect(kindOf({ retryOn: [PaymentError], dontRetryOn: [CardDeclined] }, new CardDeclined('no'))).toBe('dead')
    expect(kindOf({ retryOn: [PaymentError], dontRetryOn: [CardDeclined] }, new PaymentError('no'))).toBe('retry')
  })

  test('finds an error by its code, and by that of what led to it', () => {
    const retryOn = ['ECONNREFUSED', '503']
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const ring = new Error('round')
    ring.cause = ring
    expect(kindOf({ retryOn }, refused)).toBe('retry')
    expect(kindOf({ retryOn }, new TypeError('fetch failed', { cause: refused }))).toBe('retry')
    expect(kindOf({ retryOn }, Object.assign(new Error('busy'), { code: 503 }))).toBe('retry')
    expect(kindOf({ retryOn }, new Error('fetch failed', { cause: new Error('ECONNREFUSED') }))).toBe('dead')
    expect(kindOf({ retryOn }, ring)).toBe('dead')
    expect(kindOf({ dontRetryOn: ['ECONNREFUSED'] }, new Error('x', { cause: refused }))).toBe('dead')
  })

  test('finds a class by its name, although its errors have none of their own', () => {
    expect(new CardDeclined('no').name).toBe('Error')
    expect(kindOf({ dontRetryOn: ['CardDeclined'] }, new CardDeclined('no'))).toBe('dead')
    expect(kindOf({ dontRetryOn: ['PaymentError'] }, new CardDeclined('no'))).toBe('dead')
  })

  test('takes a rule that throws, or that cannot be called, for one that does not match', () => {
    class NotAnError {}
    const broken = (error: unknown) => (error as { status: { code: number } }).status.code === 1
    expect(kindOf({ dontRetryOn: [broken, NotAnError as never] }, new Error('no'))).toBe('retry')
    expect(kindOf({ dontRetryOn: [NotAnError as never] }, new NotAnError())).toBe('dead')
  })
})

describe('the wait', () => {
  test('may be made of the error', () => {
    const backoff = parseBackoff(
      { type: (_: number, error: unknown) => (error as { retryAfter: number }).retryAfter, jitter: false },
      [],
    )
    const error = Object.assign(new Error('429'), { retryAfter: 7000 })
    expect(judgeFailure({ retries: 1, backoff }, 1, error)).toEqual({ kind: 'retry', delayMs: 7000 })
  })

  test('is by the backoff that the error carries, which wins', () => {
    const error = Object.assign(new Error('busy'), { backoff: { type: 'fixed', delay: '20s', jitter: false } })
    expect(judgeFailure(policy(1), 1, error)).toEqual({ kind: 'retry', delayMs: 20_000 })
  })

  test.each([[{ delay: 'soon' }], ['20s'], [{ wait: 1 }], [null]])('ignores the backoff %j of an error', (backoff) => {
    const error = Object.assign(new Error('busy'), { backoff })
    expect(judgeFailure(policy(1), 1, error, 0)).toEqual({ kind: 'retry', delayMs: 1000 })
  })

  test('is the usual one where the error cannot be read', () => {
    const error = new Error('x')
    Object.defineProperty(error, 'backoff', {
      get: () => {
        throw new Error('no')
      },
    })
    expect(judgeFailure(policy(1), 1, error, 0)).toEqual({ kind: 'retry', delayMs: 1000 })
  })
})
