import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/codec/codec.js'
import { encodeResult } from '../../src/codec/result.js'

const decodeResult = (stored: unknown) => createCodec().decodeResult('j1', stored)

/** As the result comes back: stored as JSON beside the job, or on its own. */
function throughBroker(value: unknown): unknown {
  const { stored, large } = encodeResult(value)
  const decoded = decodeResult(JSON.parse(JSON.stringify(stored)))
  return 'elsewhere' in decoded ? JSON.parse(large ?? 'missing') : decoded.value
}

describe('encodeResult', () => {
  test.each([
    [undefined],
    [null],
    [true],
    [false],
    [0],
    [''],
    ['text'],
    [1.5],
    [[]],
    [{}],
    [{ a: [null, { b: '日' }] }],
  ])('keeps %j exactly', (value) => {
    expect(throughBroker(value)).toStrictEqual(value)
    expect(encodeResult(value).inexact).toBeUndefined()
  })

  test('keeps up to 8 KiB with the job, more in a key of its own', () => {
    const text = (bytes: number) => 'x'.repeat(bytes - 2)
    expect(encodeResult(text(8192))).toEqual({ stored: { value: text(8192) } })
    expect(encodeResult(text(8193))).toEqual({ stored: { elsewhere: true }, large: JSON.stringify(text(8193)) })
    expect(encodeResult('日'.repeat(2731)).stored, 'counts bytes, not characters').toEqual({ elsewhere: true })
    expect(throughBroker('日'.repeat(10_000))).toBe('日'.repeat(10_000))
  })

  test('stores what JSON makes of an inexact value, and says where it is inexact', () => {
    expect(encodeResult({ at: new Date(0), n: 1 })).toEqual({
      stored: { value: { at: '1970-01-01T00:00:00.000Z', n: 1 } },
      inexact: { path: 'result.at', what: expect.stringContaining('Date') },
    })
    expect(encodeResult(Number.NaN)).toMatchObject({ stored: { value: null }, inexact: { path: 'result' } })
    expect(encodeResult({ a: undefined })).toMatchObject({ stored: { value: {} }, inexact: { path: 'result.a' } })
    expect(encodeResult(() => 1)).toEqual({ stored: null, inexact: { path: 'result', what: 'a function' } })
  })

  test('stores a text that says so where JSON can write nothing', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(throughBroker(cycle)).toMatch(/not JSON: result\[0\] is a cycle/)
    expect(throughBroker(10n)).toMatch(/not JSON: result is a BigInt/)
    expect(throughBroker({ toJSON: () => fail() })).toMatch(/not JSON/)
  })

  test('never throws, even where reading the value does', () => {
    const hostile = {
      a: {
        get b(): number {
          return fail()
        },
      },
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(throughBroker(hostile)).toMatch(/not JSON/)
    expect(throughBroker(proxy)).toMatch(/not JSON/)
  })
})

test('decodeResult reads what an older or a broken store holds as undefined', () => {
  for (const stored of [null, undefined, 'text', 5]) expect(decodeResult(stored)).toEqual({ value: undefined })
})

function fail(): never {
  throw new Error('not readable')
}
