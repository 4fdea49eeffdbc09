import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findInexact } from '../../src/codec/exact-json.js'

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

const cyclic: Record<string, unknown> = { a: {} }
cyclic.a = { back: cyclic }
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

describe('findInexact names the first value that JSON would change', () => {
  test.each([
    ['a Date', { user: { born: new Date(0) } }, 'args.user.born', /Date.*toISOString/],
    ['an invalid Date', [new Date(Number.NaN)], 'args[0]', /Date/],
    ['a Map', [1, new Map()], 'args[1]', /Map/],
    ['a Set', { tags: new Set([1]) }, 'args.tags', /Set/],
    ['a WeakMap', [new WeakMap()], 'args[0]', /WeakMap/],
    ['a RegExp', [/x/], 'args[0]', /RegExp/],
    ['an Error', [new TypeError('x')], 'args[0]', /TypeError/],
    ['a Promise', [Promise.resolve()], 'args[0]', /Promise/],
    ['a Buffer', [Buffer.from('x')], 'args[0]', /Buffer/],
    ['a typed array', [new Float64Array(1)], 'args[0]', /Float64Array/],
    ['a URL', [new URL('http://x')], 'args[0]', /URL/],
    ['a boxed string', [new String('x')], 'args[0]', /String/],
    ['a class instance', [new Point(1, 2)], 'args[0]', /Point.*plain object/],
    ['a BigInt', { id: 10n }, 'args.id', /BigInt.*string/],
    ['NaN', [[Number.NaN]], 'args[0][0]', /NaN.*null/],
    ['Infinity', [Number.POSITIVE_INFINITY], 'args[0]', /Infinity.*null/],
    ['-Infinity', [Number.NEGATIVE_INFINITY], 'args[0]', /-Infinity.*null/],
    ['undefined in a record', { a: 1, b: undefined }, 'args.b', /undefined.*leave it out/],
    ['undefined in an array', [undefined, 1], 'args[0]', /undefined/],
    ['a hole in an array', Array(3).fill(1, 1), 'args[0]', /undefined/],
    ['a function', { onDone: () => 1 }, 'args.onDone', /function/],
    ['a class', [Point], 'args[0]', /function/],
    ['a symbol', [Symbol('s')], 'args[0]', /symbol/],
    ['toJSON', [{ toJSON: () => 1 }], 'args[0]', /./],
    ['a cycle', cyclic, 'args.a.back', /cycle/],
    ['a __proto__ key', JSON.parse('{"a":{"__proto__":{"admin":true}}}'), 'args.a.__proto__', /prototype/],
    ['a key that is no identifier', { 'first name': new Date(0) }, 'args["first name"]', /Date/],
    ['too deep a value', nested(65), `args${'[0]'.repeat(64)}`, /deeper than 64/],
  ])('%s', (_, value, path, what) => {
    expect(findInexact(value, 'args')).toEqual({ path, what: expect.stringMatching(what) })
  })

  test.each([
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['minus zero', -0],
    ['empty text', ''],
    ['a lone surrogate', '\ud800'],
    ['a record without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['a record of another realm', vm.runInNewContext('({ a: [1, { b: null }] })')],
    ['the same value twice, which is no cycle', [cyclic.none ?? 1, ...Array(2).fill({ a: 1 })]],
    ['as deep as allowed', nested(64)],
    ['keys that only look dangerous', { constructor: 1, prototype: 2, hasOwnProperty: 3 }],
  ])('but not %s', (_, value) => {
    expect(findInexact(value, 'args')).toBeUndefined()
  })

  test('a Date and an instance of another realm are refused, too', () => {
    expect(findInexact([vm.runInNewContext('new Date(0)')], 'args')?.path).toBe('args[0]')
    expect(findInexact([vm.runInNewContext('new (class Point {})')], 'args')?.path).toBe('args[0]')
  })

  test('any value is refused, or comes out of JSON as it went in', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    })
    let refused = 0
    fc.assert(
      fc.property(anything, (value) => {
        if (findInexact(value, 'args') !== undefined) refused++
        else expect(JSON.parse(JSON.stringify(value))).toEqual(withoutMinusZero(value))
      }),
      { numRuns: 1000 },
    )
    expect(refused, 'values that JSON would change').toBeGreaterThan(100)
  })
})

/** What JSON may change: -0 is 0, and a record has an ordinary prototype. */
function withoutMinusZero(value: unknown): unknown {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMinusZero(inner)]))
}
