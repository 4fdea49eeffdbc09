import { describe, expect, test } from 'vitest'
import { samenessOf } from '../../src/client/same-job.js'
import type { EnqueueOptions } from '../../src/task/enqueue-options.js'
import { readEnqueueOptions } from '../../src/task/enqueue-problems.js'
import { resolveTaskOptions, type TaskOptions } from '../../src/task/options.js'

const sameness = (options: TaskOptions, args: readonly unknown[], call: EnqueueOptions = {}) =>
  samenessOf(resolveTaskOptions(options, 'send'), 'send', args, readEnqueueOptions(call, 0).call)

const idOf = (options: TaskOptions, args: readonly unknown[], call?: EnqueueOptions) =>
  sameness(options, args, call).sameJob?.id

describe('what makes a call the same as another', () => {
  test('is nothing where no rule was given', () => {
    expect(sameness({}, ['a'])).toEqual({})
  })

  test('is all of its arguments, in whatever order their fields were written', () => {
    const first = idOf({ unique: true }, [{ a: 1, b: [{ c: 2, d: 3 }] }])
    expect(first).toMatch(/^send:[\w-]{22}$/)
    expect(idOf({ unique: true }, [{ b: [{ d: 3, c: 2 }], a: 1 }])).toBe(first)
    expect(idOf({ unique: true }, [{ a: 1, b: [{ c: 2, d: 4 }] }])).not.toBe(first)
    expect(idOf({ unique: true }, ['1'])).not.toBe(idOf({ unique: true }, [1]))
  })

  test('is not confused by values that JSON does not know', () => {
    const ids = [[1n], [new Map([[1, 2]])], [new Map()], [new Set([1])], [{}], [new Date(0)]].map((args) =>
      idOf({ unique: true }, args),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('is a key of the task, or of the call', () => {
    const unique = { key: (order: { id: number }) => order.id }
    expect(idOf({ unique }, [{ id: 7, note: 'x' }])).toBe('send:7')
    expect(idOf({ unique }, [{ id: 7 }], { unique: { key: 'mine' } })).toBe('send:mine')
    expect(() => idOf({ unique: { key: () => '' } }, [])).toThrow(
      /unique\.key: expected a function that returns a text/,
    )
  })

  test('is that it is of the task, for debounce, throttle and keepLatest', () => {
    for (const options of [{ debounce: '1s' }, { throttle: '1s' }, { keepLatest: true }] as const)
      expect([idOf(options, ['a']), idOf(options, ['b'])]).toEqual(['send:*', 'send:*'])
  })

  test('may be switched off by the call, or be another rule', () => {
    expect(sameness({ unique: true }, ['a'], { unique: false })).toEqual({})
    expect(sameness({ unique: true }, ['a'], { throttle: '5s' }).sameJob).toEqual({
      kind: 'throttle',
      id: 'send:*',
      forMs: 5000,
    })
  })

  test('is its idempotency key as well, beside its rule', () => {
    expect(sameness({}, ['a'], { idempotencyKey: 'k', idempotencyTtl: '1m' })).toEqual({
      idempotency: { id: 'send:k', ttlMs: 60_000 },
      sameAs: 'send:k',
    })
    const both = sameness({ unique: { key: 'u' } }, ['a'], { idempotencyKey: 'k' })
    expect(both).toMatchObject({ sameJob: { id: 'send:u' }, idempotency: { id: 'send:k' }, sameAs: 'send:u' })
  })
})
