import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isTaskqError } from '../../src/errors/taskq-error.js'
import { resolveTaskOptions, type TaskOptions } from '../../src/task/options.js'

const refusal = (options: unknown, name = 'emails.Send'): string => {
  try {
    resolveTaskOptions(options as TaskOptions, name)
  } catch (error) {
    if (isTaskqError(error, 'TASKQ_TASK_OPTION_INVALID')) return error.message
    throw error
  }
  throw new Error('was accepted')
}

describe('resolveTaskOptions', () => {
  test('fills in every default and freezes', () => {
    const resolved = resolveTaskOptions({}, 'Send')
    expect(resolved).toEqual({
      name: 'Send',
      queue: undefined,
      priority: undefined,
      expiresMs: undefined,
      acks: 'late',
      retries: 0,
      backoff: { type: 'exponential', delayMs: 1000, factor: 2, maxMs: 3_600_000, jitter: 1 },
      retryOn: undefined,
      dontRetryOn: [],
      throws: [],
      softTimeLimitMs: undefined,
      timeLimitMs: undefined,
      pool: undefined,
      rateLimit: undefined,
      rateKey: undefined,
      maxConcurrency: undefined,
      concurrencyKey: undefined,
      sameJob: undefined,
      ignoreResult: false,
      resultTtlMs: undefined,
      schema: undefined,
      version: 1,
      migrate: {},
      codec: {},
      given: {},
    })
    expect(Object.isFrozen(resolved)).toBe(true)
  })

  test('prefers a given name to the class name', () => {
    expect(resolveTaskOptions({ name: 'emails.Send' }, 'Send').name).toBe('emails.Send')
  })

  test.each<[keyof TaskOptions, unknown, unknown]>([
    ['name', 'a/b.C_$-1', ' a'],
    ['name', 'x'.repeat(200), 'x'.repeat(201)],
    ['name', '$lazy', 'a:b'],
    ['queue', 'emails.high-1_a', 'emails:high'],
    ['queue', 'x'.repeat(100), 'x'.repeat(101)],
    ['queue', '0', '-a'],
    ['queue', 'a', 'a~b'],
    ['retries', 0, -1],
    ['retries', 1000, 1001],
    ['retries', 5, 1.5],
    ['retries', 5, '5'],
    ['rateLimit', '100/m', '100/day'],
    ['rateLimit', '0.5/s', 5],
    ['ignoreResult', true, 'yes'],
    ['resultTtl', '7d', '7 days'],
    ['resultTtl', 0, -1],
    ['backoff', { type: 'fixed', delay: '1s' }, { type: 'linear' }],
    ['backoff', {}, 'fixed'],
    ['schema', z.tuple([z.string()]), {}],
    ['schema', z.array(z.string()), z.tuple],
    ['schema', undefined, null],
  ])('%s: accepts %j, refuses %j', (key, good, bad) => {
    expect(() => resolveTaskOptions({ [key]: good }, 'emails.Send')).not.toThrow()
    expect(refusal({ [key]: bad })).toContain(`${key}`)
  })

  test('names every wrong option at once, and the nearest known one', () => {
    const message = refusal({ retires: 3, queue: 'a:b', rateLimit: 'fast' })
    expect(message).toContain('retires: expected one of')
    expect(message).toContain('(did you mean retries?)')
    expect(message).toContain('queue: expected a queue name')
    expect(message).toContain(`rateLimit: expected a rate such as '10/s', '100/m' or '1000/h', got "fast"`)
  })

  test('says what a schema is', () => {
    expect(refusal({ schema: 'email' })).toBe(
      'task "emails.Send": schema: expected a Standard Schema v1 (as zod 4, valibot and arktype make), got "email"',
    )
  })

  test('refuses a task without a name', () => {
    expect(refusal({}, '')).toContain('name: expected a task name')
  })
})
