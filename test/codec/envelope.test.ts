import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEnvelope, encodeEnvelope } from '../../src/codec/envelope.js'
import { refusal } from '../support/refusal.js'

const LAST_MS = 8.64e15
const LIMIT = { maxBytes: 1_000_000 }
const encode = (args: readonly unknown[], maxBytes = LIMIT.maxBytes) => encodeEnvelope('send', { args }, { maxBytes })
const argsOf = (text: string) => {
  const decoded = decodeEnvelope(text)
  return decoded.kind === 'envelope' ? decoded.envelope.args : decoded
}

describe('encodeEnvelope', () => {
  test('keeps any JSON arguments exactly', () => {
    const json = fc.jsonValue({ maxDepth: 6 }).filter((value) => !JSON.stringify(value).includes('"__proto__"'))
    fc.assert(
      fc.property(fc.array(json), (args) => {
        expect(JSON.stringify(argsOf(encode(args)))).toBe(JSON.stringify(args))
      }),
      { numRuns: 1000 },
    )
  })

  test('keeps retries and resultTtlMs, and nothing where they are not set', () => {
    const text = encodeEnvelope('send', { args: [1], retries: 0, resultTtlMs: 5 }, LIMIT)
    expect(decodeEnvelope(text)).toEqual({ kind: 'envelope', envelope: { args: [1], retries: 0, resultTtlMs: 5 } })
    expect(decodeEnvelope(encode([1]))).toEqual({ kind: 'envelope', envelope: { args: [1] } })
  })

  test('keeps the slot of any schedule entry exactly', () => {
    const slot = fc.record({ name: fc.string({ unit: 'binary' }), slotMs: fc.integer({ min: -LAST_MS, max: LAST_MS }) })
    fc.assert(
      fc.property(slot, (schedule) => {
        const text = encodeEnvelope('send', { args: [], schedule }, LIMIT)
        expect(decodeEnvelope(text)).toEqual({ kind: 'envelope', envelope: { args: [], schedule } })
      }),
    )
  })

  test('leaves out undefined at the end of the arguments, and refuses it elsewhere', () => {
    expect(argsOf(encode(['a', undefined, undefined]))).toEqual(['a'])
    expect(argsOf(encode([undefined]))).toEqual([])
    expect(refusal(() => encode([undefined, 'a']))).toMatchObject({
      code: 'TASKQ_PAYLOAD_NOT_JSON',
      data: { task: 'send', path: 'args[0]' },
    })
  })

  test('refuses what JSON would change, naming task and path', () => {
    expect(refusal(() => encode([1, { user: { born: new Date(0) } }]))).toMatchObject({
      code: 'TASKQ_PAYLOAD_NOT_JSON',
      message: expect.stringMatching(/^send: args\[1\]\.user\.born is a Date/),
    })
  })

  test.each([
    ['one byte a character', 'x'.repeat(50)],
    ['two bytes', 'é'.repeat(50)],
    ['three bytes', '日'.repeat(50)],
    ['four bytes', '🎉'.repeat(50)],
    ['escapes', '"\\\n'.repeat(50)],
  ])('takes exactly as many bytes as allowed: %s', (_, text) => {
    const bytes = Buffer.byteLength(encode([text]))
    expect(argsOf(encode([text], bytes))).toEqual([text])
    expect(refusal(() => encode([text], bytes - 1))).toMatchObject({
      code: 'TASKQ_PAYLOAD_TOO_LARGE',
      message: expect.stringContaining(`${bytes} bytes`),
      data: { task: 'send', bytes, maxBytes: bytes - 1 },
    })
  })
})

describe('decodeEnvelope', () => {
  test.each([
    ['{broken'],
    [''],
    ['null'],
    ['[]'],
    ['"text"'],
    ['{}'],
    ['{"v":1}'],
    ['{"v":"1","args":[]}'],
    ['{"v":0,"args":[]}'],
    ['{"v":1,"args":{"length":1}}'],
    ['{"v":1,"args":"ab"}'],
  ])('calls %j malformed', (text) => {
    const decoded = decodeEnvelope(text)
    expect(decoded).toMatchObject({ kind: 'malformed', error: { code: 'TASKQ_PAYLOAD_MALFORMED' } })
  })

  test('leaves a later layout to a later version, whatever its form', () => {
    expect(decodeEnvelope('{"v":2,"kwargs":{}}')).toEqual({ kind: 'later-version', version: 2 })
  })

  test('passes over fields that have another form than they should', () => {
    expect(decodeEnvelope('{"v":1,"args":[],"retries":"9","resultTtlMs":{}}')).toEqual({
      kind: 'envelope',
      envelope: { args: [] },
    })
  })

  test.each([
    ['"nightly"'],
    ['null'],
    ['[]'],
    ['{}'],
    ['{"name":"nightly"}'],
    ['{"slotMs":1}'],
    ['{"name":1,"slotMs":1}'],
    ['{"name":"nightly","slotMs":"1"}'],
    ['{"name":"nightly","slotMs":0.5}'],
    ['{"name":"nightly","slotMs":1e999}'],
    ['{"name":"nightly","slotMs":8640000000000001}'],
    ['{"name":"nightly","slotMs":null}'],
  ])('passes over a schedule that is no slot: %s', (schedule) => {
    expect(decodeEnvelope(`{"v":1,"args":["a"],"schedule":${schedule}}`)).toEqual({
      kind: 'envelope',
      envelope: { args: ['a'] },
    })
  })

  test('passes over what else a slot may hold', () => {
    const text = '{"v":1,"args":[],"schedule":{"name":"nightly","slotMs":5,"zone":"UTC"}}'
    expect(decodeEnvelope(text)).toEqual({
      kind: 'envelope',
      envelope: { args: [], schedule: { name: 'nightly', slotMs: 5 } },
    })
  })

  test('survives text that is nested without end', () => {
    expect(decodeEnvelope(`{"v":1,"args":${'['.repeat(100_000)}`).kind).toBe('malformed')
    expect(() => decodeEnvelope(`{"v":1,"args":${'['.repeat(9999)}${']'.repeat(9999)}}`)).not.toThrow()
  })

  test('never throws, and changes no prototype', () => {
    const broken = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ v: fc.anything(), args: fc.anything(), retries: fc.anything(), schedule: fc.anything() })
        .map((value) => stringify(value)),
      fc.anything().map((schedule) => stringify({ v: 1, args: [], schedule })),
      fc.constant('{"v":1,"args":[],"__proto__":{"polluted":true}}'),
    )
    fc.assert(
      fc.property(broken, (text) => {
        expect(['envelope', 'later-version', 'malformed']).toContain(decodeEnvelope(text).kind)
      }),
      { numRuns: 1000 },
    )
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '{'
  }
}
