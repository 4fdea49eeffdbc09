import { describe, expect, test } from 'vitest'
import { DEFAULT_BACKOFF } from '../../src/retry/backoff.js'
import { judgeFailure } from '../../src/retry/judge-failure.js'
import { Ignore, Reject, Retry, RetryAfter, Snooze } from '../../src/retry/signals.js'
import { reasonOf, signalIn } from '../../src/retry/task-signal.js'
import { refusal } from '../support/refusal.js'

const policy = { retries: 2, backoff: { ...DEFAULT_BACKOFF, jitter: 0 } }
const none = { ...policy, retries: 0 }

describe('Retry', () => {
  test('runs again after the wait of the backoff', () => {
    expect(judgeFailure(policy, 2, new Retry())).toEqual({ kind: 'retry', delayMs: 2000 })
  })

  test.each([
    ['10s', 10_000],
    [0, 0],
    [1500, 1500],
  ] as const)('runs again after its countdown of %j', (countdown, delayMs) => {
    expect(judgeFailure(policy, 1, new Retry({ countdown }))).toEqual({ kind: 'retry', delayMs })
  })

  test('does not ask retryOn, nor dontRetryOn', () => {
    const strict = { ...policy, retryOn: [TypeError], dontRetryOn: ['Retry'] }
    expect(judgeFailure(strict, 1, new Retry({ cause: new RangeError('no') }))).toMatchObject({ kind: 'retry' })
  })

  test('counts: with no retry left the job is dead', () => {
    expect(judgeFailure(policy, 3, new Retry())).toEqual({ kind: 'dead' })
  })

  test('may say how many retries there are, more or fewer', () => {
    expect(judgeFailure(none, 5, new Retry({ retries: 5 }))).toMatchObject({ kind: 'retry' })
    expect(judgeFailure(none, 6, new Retry({ retries: 5 }))).toEqual({ kind: 'dead' })
    expect(judgeFailure(policy, 2, new Retry({ retries: 1 }))).toEqual({ kind: 'dead' })
  })

  test('fails for its cause, where it has one', () => {
    const cause = new TypeError('no')
    expect(reasonOf(new Retry({ cause }), { attempt: 3, retries: 2 })).toBe(cause)
    expect(reasonOf(new Retry({ cause }), { attempt: 1, retries: 2 })).toBe(cause)
  })

  test.each([
    [{ attempt: 1, retries: 0 }, {}, /has no retries/],
    [{ attempt: 3, retries: 2 }, {}, /its 2 retries are used up/],
    [{ attempt: 2, retries: 9 }, { retries: 1 }, /its 1 retries are used up/],
    [{ attempt: 1, retries: 9 }, {}, /asked to run again$/],
  ])('without a cause says of %j what it was', (runs, options, message) => {
    expect(reasonOf(new Retry(options), runs)).toMatchObject({ name: 'Retry', message: expect.stringMatching(message) })
  })

  test.each([
    [{ countdown: 'soon' }, 'countdown: expected a duration'],
    [{ countdown: -1 }, 'countdown: expected a duration'],
    [{ countdown: '9999999d' }, 'countdown: expected a duration'],
    [{ retries: 1.5 }, 'retries: expected a whole number from 0 to 1000, got 1.5'],
    [{ countdwon: '1s' }, 'did you mean countdown?'],
    [new Error('no'), 'options: expected an object'],
    ['10s', 'options: expected an object'],
  ])('refuses %j', (options, message) => {
    const error = refusal(() => new Retry(options as never))
    expect(error).toMatchObject({ code: 'TASKQ_SIGNAL_INVALID', message: expect.stringContaining(message) })
  })
})

describe('RetryAfter', () => {
  test('waits at least so long, and longer where the backoff says so', () => {
    expect(judgeFailure(policy, 1, new RetryAfter('30s'))).toEqual({ kind: 'retry', delayMs: 30_000 })
    expect(judgeFailure(policy, 2, new RetryAfter(1))).toEqual({ kind: 'retry', delayMs: 2000 })
  })

  test('waits until a date, of which one that is over is now', () => {
    const verdict = judgeFailure(policy, 1, new RetryAfter(new Date(Date.now() + 60_000)))
    expect(verdict).toMatchObject({ kind: 'retry' })
    expect((verdict as { delayMs: number }).delayMs).toBeGreaterThan(50_000)
    expect(judgeFailure(policy, 1, new RetryAfter(new Date(0)))).toEqual({ kind: 'retry', delayMs: 1000 })
  })

  test('counts: with no retry left the job is dead, for its cause', () => {
    const cause = new Error('429')
    expect(judgeFailure(none, 1, new RetryAfter('30s', { cause }))).toEqual({ kind: 'dead' })
    expect(reasonOf(new RetryAfter('30s', { cause }), { attempt: 1, retries: 0 })).toBe(cause)
    expect(reasonOf(new RetryAfter('30s'), { attempt: 1, retries: 0 })).toMatchObject({ name: 'RetryAfter' })
  })

  test.each([['soon'], [undefined], [new Date('no')], [Number.NaN], [null]])('refuses %j', (wait) => {
    expect(refusal(() => new RetryAfter(wait as never))).toMatchObject({ code: 'TASKQ_SIGNAL_INVALID' })
  })
})

describe('the others', () => {
  test('Reject is the end at once, whatever is left', () => {
    const reject = new Reject('there is no such order', { cause: new Error('404') })
    expect(judgeFailure(policy, 1, reject)).toEqual({ kind: 'dead' })
    expect(reasonOf(reject, { attempt: 1, retries: 2 })).toBe(reject)
  })

  test('Reject with requeue comes again soon, uncounted', () => {
    expect(judgeFailure(none, 1, new Reject('not here', { requeue: true }))).toEqual({ kind: 'snooze', delayMs: 1000 })
  })

  test.each([
    [[], /^Reject: reason: expected a text, got undefined$/],
    [['x', { requeue: 'yes' }], /^Reject: requeue: expected true or false, got "yes"$/],
    [['x', { requeu: true }], /did you mean requeue/],
    [['x', new Error('cause')], /^Reject: options: expected an object/],
  ])('Reject refuses %j', (given, message) => {
    expect(refusal(() => new Reject(...(given as [string])))).toMatchObject({
      code: 'TASKQ_SIGNAL_INVALID',
      message: expect.stringMatching(message),
    })
  })

  test('Ignore drops the job', () => {
    expect(judgeFailure(none, 1, new Ignore())).toEqual({ kind: 'ignore' })
  })

  test('Snooze comes again later, uncounted', () => {
    expect(judgeFailure(none, 9, new Snooze('5m'))).toEqual({ kind: 'snooze', delayMs: 300_000 })
  })

  test('Snooze refuses what is no wait', () => {
    expect(refusal(() => new Snooze('later' as never))).toMatchObject({ code: 'TASKQ_SIGNAL_INVALID' })
  })
})

describe('signalIn', () => {
  test('knows a signal of another copy of the package by its mark', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('taskq.signal')]: true })
    expect(signalIn(foreign)).toBe(foreign)
  })

  test.each([[undefined], ['Retry'], [new Error('Retry')], [{ name: 'Retry' }], [hostile()]])(
    'finds none in what is none (%#)',
    (thrown) => expect(signalIn(thrown)).toBeUndefined(),
  )
})

function hostile(): unknown {
  const refuse = () => {
    throw new Error('do not touch')
  }
  return new Proxy(new Error('x'), { get: refuse, has: refuse, getPrototypeOf: refuse })
}
