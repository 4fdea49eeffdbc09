import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stableArgs, tagTypes, untagTypes } from '../../src/codec/tagged-json.js'
import { refusal } from '../support/refusal.js'

const throughJson = (value: unknown): unknown => untagTypes(JSON.parse(JSON.stringify(tagTypes(value))))

/** Any value that may travel, of keys that look like tags, too. */
const typed = fc.letrec((tie) => {
  const key = fc.oneof(fc.string(), fc.constantFrom('$date', '$map', '$plain', '$', '$$'))
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.date({ noInvalidDate: true }),
      fc.bigInt(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array(),
      fc.webUrl().map((url) => new URL(url)),
      fc.array(tie('value')),
      fc.array(tie('value')).map((items) => new Set(items)),
      fc.array(fc.tuple(tie('value'), tie('value'))).map((pairs) => new Map(pairs)),
      fc.dictionary(
        key.filter((name) => name !== '__proto__'),
        tie('value'),
        { noNullPrototype: true },
      ),
    ),
  }
}).value

/** JSON has one zero. */
const hasMinusZero = (value: unknown): boolean => {
  if (Object.is(value, -0)) return true
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  return parts.some(hasMinusZero)
}

test('what is tagged comes back as it was, and is JSON in between', () => {
  fc.assert(
    fc.property(
      typed.filter((value) => !hasMinusZero(value)),
      (value) => {
        expect(throughJson(value)).toStrictEqual(value)
      },
    ),
    { numRuns: 500 },
  )
})

test('what is given is never changed', () => {
  const value = Object.freeze([Object.freeze({ at: new Date(0), $date: 'no' })])
  expect(tagTypes(value)).toEqual([{ at: { $date: '1970-01-01T00:00:00.000Z' }, $date: 'no' }])
  expect(value[0]?.at).toEqual(new Date(0))
})

test('a record with one key that looks like a tag stays a record', () => {
  for (const name of ['$date', '$bigint', '$plain', '$later', '$'])
    expect(throughJson({ [name]: { [name]: 'x' } })).toStrictEqual({ [name]: { [name]: 'x' } })
})

test('a byte array keeps its class, and only its own part of what it looks into', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  expect(throughJson(bytes)).toStrictEqual(new Uint8Array([2, 3]))
  expect(Buffer.isBuffer(throughJson(Buffer.from('a')))).toBe(true)
})

class Dictionary extends Map {}

test.each([
  ['an invalid Date', new Date(Number.NaN)],
  ['a subclass of Map', new Dictionary()],
  ['a Date with more to it', Object.assign(new Date(0), { of: 'birth' })],
  ['a class instance', new (class Order {})()],
  ['a RegExp', /a/],
  ['a Float64Array', new Float64Array(1)],
  ['NaN', Number.NaN],
  ['undefined', undefined],
])('%s is left as it is', (_, value) => {
  expect(tagTypes(value)).toBe(value)
})

test('cycles and great depth are left as they are', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  expect(() => tagTypes(cycle)).not.toThrow()
  let deep: unknown = new Date(0)
  for (let level = 0; level < 10_000; level++) deep = [deep]
  expect(() => tagTypes(deep)).not.toThrow()
})

test('arguments have the same stable form whenever they are the same', () => {
  const args = () => [1n, new Map([['a', new Date(5)]]), Buffer.from('x')]
  expect(JSON.stringify(stableArgs(args()))).toBe(JSON.stringify(stableArgs(args())))
})

describe('hostile data', () => {
  test('a BigInt that is too long is malformed', () => {
    const long = { $bigint: '1'.repeat(10_001) }
    expect(refusal(() => untagTypes(long))).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
    expect(tagTypes(BigInt(long.$bigint))).toBe(BigInt(long.$bigint))
  })

  test.each([
    { $date: 'no date' },
    { $date: 5 },
    { $bigint: '1x' },
    { $map: [['a']] },
    { $map: 'x' },
    { $set: {} },
    { $url: 'not a url' },
    { $buffer: 5 },
    { $bytes: null },
    { $plain: [] },
    { $later: 1 },
    { $constructor: 1 },
    { $toString: 1 },
  ])('%j is malformed', (value) => {
    expect(refusal(() => untagTypes(value))).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
  })

  test('nested a hundred thousand levels deep is malformed', () => {
    const value = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(refusal(() => untagTypes(value))).toMatchObject({ code: 'TASKQ_PAYLOAD_MALFORMED' })
  })

  test('a key __proto__ changes no prototype', () => {
    const value = untagTypes(JSON.parse('{"__proto__":{"polluted":{"$bigint":"1"}},"a":1}')) as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
    expect('polluted' in value).toBe(false)
  })
})
