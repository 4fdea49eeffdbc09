import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Codec } from '../../src/codec/codec.js'
import { refusal } from '../support/refusal.js'
import { codecOf, keyNamed, NO_LIMIT } from './keys.js'

const JOB = { id: 'j1', task: 'send' }
const k1 = keyNamed('k1')
const k2 = keyNamed('k2')
const SECRET = 'hunter2'

const write = (codec: Codec, job = JOB): string =>
  codec.encodeEnvelope(job, { args: [SECRET], retries: 1, context: { of: SECRET } }, NO_LIMIT)
const kindOf = (codec: Codec, text: string, job = JOB): string => codec.decodeEnvelope(job, text).kind
const storedResult = (codec: Codec, value: unknown): unknown =>
  JSON.parse(JSON.stringify(codec.encodeResult('j1', value).stored))

describe('encryption', () => {
  const codec = codecOf({ encryptKeys: [k1] })

  test('hides arguments, context, result and progress', () => {
    const large = codec.encodeResult('j1', SECRET.repeat(5000))
    const all = [write(codec), codec.encodeResult('j1', { SECRET }), large, codec.encodeProgress('j1', SECRET)]
    for (const text of all) expect(JSON.stringify(text)).not.toContain(SECRET)
    expect(large.large?.length).toBeGreaterThan(8192)
  })

  test('writes the same thing differently each time', () => {
    expect(write(codec)).not.toBe(write(codec))
  })

  test('of another job, another task or a result in place of arguments is refused', () => {
    const text = write(codec)
    expect(kindOf(codec, text, { id: 'j2', task: 'send' })).toBe('refused')
    expect(kindOf(codec, text, { id: 'j1', task: 'drop' })).toBe('refused')
    const { body, key } = JSON.parse(text)
    expect(refusal(() => codec.decodeResult('j1', { body, key }))).toMatchObject({ code: 'TASKQ_PAYLOAD_REFUSED' })
    expect(refusal(() => codec.decodeResult('j2', storedResult(codec, 1)))).toMatchObject({
      code: 'TASKQ_PAYLOAD_REFUSED',
    })
  })

  test('that was changed in any byte is refused', () => {
    const stored = JSON.parse(write(codec))
    const bytes = Buffer.from(stored.body, 'base64')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ by
        expect(kindOf(codec, JSON.stringify({ ...stored, body: changed.toString('base64') }))).toBe('refused')
      }),
    )
    for (const body of ['', 'AAAA', bytes.subarray(0, 28).toString('base64')])
      expect(kindOf(codec, JSON.stringify({ ...stored, body }))).toBe('refused')
  })

  test('with a key that this process lacks says which', () => {
    const lacking = codecOf({ encryptKeys: [k2] })
    expect(lacking.decodeEnvelope(JOB, write(codec))).toEqual({ kind: 'missing-key', keyId: 'k1' })
    expect(codecOf({}).decodeEnvelope(JOB, write(codec))).toEqual({ kind: 'missing-key', keyId: 'k1' })
    const error = refusal(() => lacking.decodeResult('j1', storedResult(codec, 1)))
    expect(error).toMatchObject({ code: 'TASKQ_PAYLOAD_KEY_MISSING', data: { keyId: 'k1' } })
  })

  test('goes on through a rotation: the first key writes, all read', () => {
    const rotated = codecOf({ encryptKeys: [k2, k1] })
    expect(kindOf(rotated, write(codec))).toBe('envelope')
    expect(JSON.parse(write(rotated)).key).toBe('k2')
    expect(kindOf(codecOf({ encryptKeys: [k1, k2] }), write(rotated))).toBe('envelope')
  })

  test('under a key of the same name and other bytes is refused', () => {
    expect(kindOf(codecOf({ encryptKeys: [{ ...k2, id: 'k1' }] }), write(codec))).toBe('refused')
  })

  test('of types and compression keeps them inside', () => {
    const all = codecOf({ types: true, compressAbove: 10, encryptKeys: [k1] })
    const args = [new Map([[1n, new Date(5)]]), 'x'.repeat(10_000)]
    const text = all.encodeEnvelope(JOB, { args }, NO_LIMIT)
    expect(text.length).toBeLessThan(500)
    expect(codec.decodeEnvelope(JOB, text)).toEqual({ kind: 'envelope', envelope: { args } })
  })

  test('of a reported record that looks encrypted is that record', () => {
    expect(codecOf({}).decodeProgress('j1', { $sealed: 'x' })).toEqual({ $sealed: 'x' })
  })
})

describe('signing', () => {
  const codec = codecOf({ signKeys: [k1] })

  test('leaves the arguments readable, also for those who have no key', () => {
    expect(kindOf(codecOf({}), write(codec))).toBe('envelope')
    expect(write(codec)).toContain(SECRET)
  })

  test('that was changed in any character is refused, or no envelope any more', () => {
    const text = write(codec)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, char) => {
        fc.pre(text[at] !== char)
        const kind = kindOf(codec, text.slice(0, at) + char + text.slice(at + 1))
        expect(['refused', 'missing-key']).toContain(kind)
      }),
      { numRuns: 500 },
    )
  })

  test('holds for its job and its task only', () => {
    expect(kindOf(codec, write(codec))).toBe('envelope')
    expect(kindOf(codec, write(codec), { id: 'j2', task: 'send' })).toBe('refused')
    expect(kindOf(codec, write(codec), { id: 'j1', task: 'drop' })).toBe('refused')
    expect(kindOf(codec, write(codec, { id: 'j', task: '1send' }), { id: 'j1', task: 'send' })).toBe('refused')
  })

  test('that is missing is refused, unless it is not required yet', () => {
    const plain = write(codecOf({}))
    expect(codec.decodeEnvelope(JOB, plain)).toMatchObject({
      kind: 'refused',
      error: { code: 'TASKQ_PAYLOAD_REFUSED', message: 'it has no signature' },
    })
    const lenient = codecOf({ signKeys: [k1], signatureRequired: false })
    expect(kindOf(lenient, plain)).toBe('envelope')
    expect(kindOf(lenient, write(codec).replace(SECRET, 'hunter3'))).toBe('refused')
    expect(lenient.decodeResult('j1', { value: 1 })).toEqual({ value: 1 })
  })

  test('that stands elsewhere in the text is none', () => {
    const { sig, ...rest } = JSON.parse(write(codec))
    expect(kindOf(codec, JSON.stringify({ ...rest, sig }))).toBe('refused')
  })

  test('goes on through a rotation, and waits for a key that is not there', () => {
    const rotated = codecOf({ signKeys: [k2, k1] })
    expect(kindOf(rotated, write(codec))).toBe('envelope')
    expect(codec.decodeEnvelope(JOB, write(rotated))).toEqual({ kind: 'missing-key', keyId: 'k2' })
  })

  test.each([[{ a: 1 }], [5], [null], ['x'.repeat(9000)]])('holds for a result, too', (value) => {
    const { stored, large } = codec.encodeResult('j1', value)
    const kept = JSON.parse(JSON.stringify(stored))
    const read = (id: string, reader = codec) => {
      const result = reader.decodeResult(id, kept)
      return 'value' in result ? result.value : reader.decodeLarge(id, kept, large ?? '')
    }
    expect(read('j1')).toEqual(value)
    expect(read('j1', codecOf({}))).toEqual(value)
    expect(refusal(() => read('j2'))).toMatchObject({ code: 'TASKQ_PAYLOAD_REFUSED' })
  })

  test('of a result that was changed or has none is refused', () => {
    const stored = storedResult(codec, 'paid') as { value: unknown }
    for (const forged of [{ ...stored, value: 'unpaid' }, { value: 'paid' }, { ...stored, sig: 'k1.x' }])
      expect(refusal(() => codec.decodeResult('j1', forged))).toMatchObject({ code: 'TASKQ_PAYLOAD_REFUSED' })
    expect(refusal(() => codec.decodeLarge('j1', { elsewhere: true }, '"paid"'))).toMatchObject({
      code: 'TASKQ_PAYLOAD_REFUSED',
    })
  })
})

describe('other arguments for a stored job', () => {
  const all = codecOf({ encryptKeys: [k1], signKeys: [k2] })

  test('keep everything else, and are encrypted and signed as the first were', () => {
    const text = all.replaceArgs(JOB, write(all), ['other'], NO_LIMIT)
    expect(text).not.toContain('other')
    const envelope = { args: ['other'], retries: 1, context: { of: SECRET } }
    expect(all.decodeEnvelope(JOB, text)).toEqual({ kind: 'envelope', envelope })
    const open = all.encodeEnvelope(JOB, { args: [1] }, NO_LIMIT, { encrypt: false })
    expect(all.replaceArgs(JOB, open, ['other'], NO_LIMIT)).toContain('"args":["other"]')
  })

  test.each([
    ['has no signature', write(codecOf({})), 'TASKQ_PAYLOAD_REFUSED'],
    ['was changed', write(all).replace('"retries":1', '"retries":9'), 'TASKQ_PAYLOAD_REFUSED'],
    ['has an unknown key', write(codecOf({ signKeys: [keyNamed('k3')] })), 'TASKQ_PAYLOAD_KEY_MISSING'],
    ['is of a later taskq', '{"v":3}', 'TASKQ_PAYLOAD_REFUSED'],
  ])('are not written into one that %s', (_, text, code) => {
    expect(refusal(() => all.replaceArgs(JOB, text, [], NO_LIMIT))).toMatchObject({ code })
  })
})
