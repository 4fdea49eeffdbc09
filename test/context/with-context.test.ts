import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { currentContext, currentJob, withContext } from '../../src/context/with-context.js'
import { refusal } from '../support/refusal.js'

describe('withContext', () => {
  test('gives its values to all that the function calls and waits for, and to nothing else', async () => {
    const seen = await withContext({ tenant: 'a' }, async () => {
      await setTimeout(1)
      return currentContext()
    })
    expect(seen).toEqual({ tenant: 'a' })
    expect(currentContext()).toEqual({})
  })

  test('adds to the context that is there, and takes out what is undefined', () => {
    withContext({ tenant: 'a', user: 1 }, () => {
      withContext({ user: undefined, trace: { id: 'x' } }, () =>
        expect(currentContext()).toEqual({ tenant: 'a', trace: { id: 'x' } }),
      )
      expect(currentContext()).toEqual({ tenant: 'a', user: 1 })
    })
  })

  test('keeps the two of tasks that run side by side apart', async () => {
    const one = (tenant: string) =>
      withContext({ tenant }, async () => {
        await setTimeout(Math.random() * 5)
        return currentContext().tenant
      })
    const names = Array.from({ length: 50 }, (_, index) => `t${index}`)
    expect(await Promise.all(names.map(one))).toEqual(names)
  })

  test('is not changed by whoever changes the values later', () => {
    const values = { list: [1] }
    withContext(values, () => {
      values.list.push(2)
      expect(currentContext()).toEqual({ list: [1] })
    })
  })

  test('returns what the function returns, and throws what it throws', () => {
    expect(withContext({}, () => 42)).toBe(42)
    expect(() =>
      withContext({}, () => {
        throw new RangeError('mine')
      }),
    ).toThrow(RangeError)
  })

  test.each([
    [null, /an object such as \{ tenant: 'a' \}, got null/],
    [['a'], /got an array of 1/],
    [{ at: new Date() }, /context\.at is a Date/],
    [{ big: 1n }, /context\.big is a BigInt/],
    [{ fn: () => {} }, /context\.fn is a function/],
    [{ text: 'é'.repeat(2048) }, /the context is 4107 bytes of JSON, the limit is 4096/],
  ])('refuses what cannot travel: %o', (values, message) => {
    let called = false
    const error = refusal(() => withContext(values as never, () => (called = true)))
    expect(error).toMatchObject({ code: 'TASKQ_CONTEXT_INVALID', message: expect.stringMatching(message) })
    expect(called).toBe(false)
  })

  test('counts what is there already', () => {
    withContext({ a: 'x'.repeat(3000) }, () =>
      expect(refusal(() => withContext({ b: 'x'.repeat(2000) }, () => {}))).toMatchObject({
        code: 'TASKQ_CONTEXT_INVALID',
      }),
    )
  })

  test('has no job outside of tasks', () => {
    expect(currentJob()).toBeUndefined()
    withContext({ tenant: 'a' }, () => expect(currentJob()).toBeUndefined())
  })
})
