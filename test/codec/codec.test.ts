import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Codec } from '../../src/codec/codec.js'
import { decodeEnvelope, encodeEnvelope, readStoredFields } from '../../src/codec/envelope.js'
import { refusal } from '../support/refusal.js'
import { codecOf, keyNamed, NO_LIMIT } from './keys.js'

const JOB = { id: 'j1', task: 'send' }
const k1 = keyNamed('k1')
const k2 = keyNamed('k2')

const WAYS: [string, Codec][] = [
  ['strict JSON', codecOf({})],
  ['types', codecOf({ types: true })],
  ['compression', codecOf({ compressAbove: 10 })],
  ['encryption', codecOf({ encryptKeys: [k1] })],
  ['signing', codecOf({ signKeys: [k1] })],
  ['all of it', codecOf({ types: true, compressAbove: 10, encryptKeys: [k1], signKeys: [k2] })],
]

const sent = (codec: Codec, args: readonly unknown[], more: object = {}, job = JOB): string =>
  codec.encodeEnvelope(job, { args, ...more }, NO_LIMIT)

const received = (codec: Codec, text: string, job = JOB): readonly unknown[] => {
  const decoded = codec.decodeEnvelope(job, text)
  if (decoded.kind !== 'envelope') throw new Error(decoded.kind)
  return decoded.envelope.args
}

const resultThrough = (codec: Codec, value: unknown, id = 'j1', reader = codec): unknown => {
  const { stored, large } = codec.encodeResult(id, value)
  const kept: unknown = JSON.parse(JSON.stringify(stored))
  const read = reader.decodeResult(id, kept)
  return 'value' in read ? read.value : reader.decodeLarge(id, kept, large ?? 'missing')
}

/** A key that could change prototypes is refused, and has tests of its own. */
const json = fc
  .jsonValue()
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe.each(WAYS)('%s', (_, codec) => {
  test('gives back the arguments and the fields that it got', () => {
    const fields = { retries: 3, headers: { tenant: 'a' }, context: { trace: 'b' }, expiresAt: 5, sameAs: 'x' }
    fc.assert(
      fc.property(fc.array(json), (args) => {
        const decoded = codec.decodeEnvelope(JOB, sent(codec, args, fields))
        expect(decoded).toEqual({ kind: 'envelope', envelope: { args, ...fields } })
      }),
    )
  })

  test('gives back the result that it got, small or large', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (value, large) => {
        const whole = large ? { value, pad: 'x'.repeat(10_000), more: 'é☃'.repeat(2000) } : value
        expect(resultThrough(codec, whole)).toStrictEqual(whole)
      }),
    )
    expect(resultThrough(codec, undefined)).toBeUndefined()
  })

  test('gives back the progress that it got', () => {
    for (const value of [0.5, 'half', null, { done: 1, of: 2 }, [1]])
      expect(codec.decodeProgress('j1', JSON.parse(JSON.stringify(codec.encodeProgress('j1', value))))).toEqual(value)
  })

  test('tells its fields without a key, and leaves trailing undefined arguments out', () => {
    const text = sent(codec, ['a', undefined], { headers: { tenant: 'a' }, resultTtlMs: 5 })
    expect(readStoredFields(text)).toEqual({ headers: { tenant: 'a' }, resultTtlMs: 5 })
    expect(received(codec, text)).toEqual(['a'])
  })

  test('refuses what cannot travel, with its path', () => {
    const error = refusal(() => sent(codec, [{ a: [() => 1] }]))
    expect(error).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON', message: 'send: args[0].a[0] is a function' })
  })

  test('refuses what is too large, as JSON', () => {
    const write = () => codec.encodeEnvelope(JOB, { args: ['x'.repeat(2000)] }, { maxBytes: 1000 })
    expect(refusal(write)).toMatchObject({ code: 'TASKQ_PAYLOAD_TOO_LARGE' })
  })

  test('never throws for a result, whatever it is, and says what was changed', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    const thrower = {
      get a() {
        throw new Error('no')
      },
    }
    for (const value of [cycle, thrower, Symbol('a'), () => 1, Number.NaN, new Proxy({}, { ownKeys: () => fail() })])
      expect(codec.encodeResult('j1', value).inexact).toBeDefined()
  })

  test('what is broken anywhere is no envelope, and no error is thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => `{"v":2,"body":${text}}`),
        ),
        (text) => {
          expect(codec.decodeEnvelope(JOB, text).kind).not.toBe('missing-key')
        },
      ),
    )
  })
})

const fail = (): never => {
  throw new Error('no')
}

describe('strict JSON', () => {
  const plain = codecOf({})

  test('writes what it always wrote, byte for byte', () => {
    const draft = { args: [{ a: 1 }], retries: 2, headers: undefined }
    expect(plain.encodeEnvelope(JOB, draft, NO_LIMIT)).toBe('{"v":1,"args":[{"a":1}],"retries":2}')
    expect(plain.encodeEnvelope(JOB, draft, NO_LIMIT)).toBe(encodeEnvelope('send', draft, NO_LIMIT))
  })

  test('is what values of JSON stay, where types or compression are on and not needed', () => {
    const text = sent(plain, ['a', { b: 1, $date: 'x' }])
    for (const codec of [codecOf({ types: true }), codecOf({ compressAbove: 1000 })])
      expect(sent(codec, ['a', { b: 1, $date: 'x' }])).toBe(text)
  })

  test.each(WAYS.filter(([name]) => name !== 'signing' && name !== 'all of it'))('is read with %s on', (_, codec) => {
    expect(received(codec, sent(plain, ['old']))).toEqual(['old'])
    expect(resultThrough(plain, { a: 1 }, 'j1', codec)).toEqual({ a: 1 })
    expect(resultThrough(plain, 'x'.repeat(9000), 'j1', codec)).toBe('x'.repeat(9000))
  })

  test('is all that older workers read: they put the rest aside', () => {
    const args = [new Date(0), 'x'.repeat(3000)]
    for (const codec of [codecOf({ types: true }), codecOf({ types: true, encryptKeys: [k1] })])
      expect(decodeEnvelope(sent(codec, args))).toEqual({ kind: 'later-version', version: 2 })
  })

  test('reads types and compression without any setting', () => {
    const codec = codecOf({ types: true, compressAbove: 10 })
    expect(received(plain, sent(codec, [new Date(5), 'x'.repeat(500)]))).toEqual([new Date(5), 'x'.repeat(500)])
    expect(resultThrough(codec, new Map([['a', 1n]]), 'j1', plain)).toEqual(new Map([['a', 1n]]))
  })
})

test('a result that is too deep for tags is kept as JSON has it, and told of', () => {
  let deep: unknown = new Date(0)
  for (let level = 0; level < 2000; level++) deep = [deep]
  const codec = codecOf({ types: true })
  expect(JSON.stringify(resultThrough(codec, deep))).toBe(JSON.stringify(deep))
  expect(codec.encodeResult('j1', deep).inexact).toBeDefined()
})

describe("a task's own option", () => {
  test('wins over the config', () => {
    const codec = codecOf({ types: true, encryptKeys: [k1] })
    const text = codec.encodeEnvelope(JOB, { args: ['secret'] }, NO_LIMIT, { encrypt: false })
    expect(text).toBe('{"v":1,"args":["secret"]}')
    const dated = () => codec.encodeEnvelope(JOB, { args: [new Date()] }, NO_LIMIT, { types: false, encrypt: false })
    expect(refusal(dated)).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    const typed = codecOf({}).encodeEnvelope(JOB, { args: [1n] }, NO_LIMIT, { types: true })
    expect(received(codecOf({}), typed)).toEqual([1n])
    const long = codecOf({}).encodeEnvelope(JOB, { args: ['x'.repeat(5000)] }, NO_LIMIT, { compress: true })
    expect(long.length).toBeLessThan(200)
  })

  test('cannot encrypt without a key', () => {
    const write = () => codecOf({}).encodeEnvelope(JOB, { args: [] }, NO_LIMIT, { encrypt: true })
    expect(refusal(write)).toMatchObject({ code: 'TASKQ_PAYLOAD_KEY_MISSING' })
  })
})

describe('compression', () => {
  test('of what is compressible and large makes it smaller, and leaves the rest', () => {
    const codec = codecOf({ compressAbove: 100 })
    expect(sent(codec, ['a'.repeat(100_000)]).length).toBeLessThan(1000)
    expect(sent(codec, ['a'.repeat(50)])).toContain('"v":1')
    expect(codec.encodeResult('j1', 'a'.repeat(100_000)).large).toBeUndefined()
  })

  test('that claims to be endless is malformed, not memory', async () => {
    const { deflateSync } = await import('node:zlib')
    const bomb = deflateSync(Buffer.alloc(140_000_000))
    const body = Buffer.concat([Buffer.of(2), bomb]).toString('base64')
    const decoded = codecOf({}).decodeEnvelope(JOB, JSON.stringify({ v: 2, body }))
    expect(decoded).toMatchObject({ kind: 'malformed', error: { code: 'TASKQ_PAYLOAD_MALFORMED' } })
  })
})
