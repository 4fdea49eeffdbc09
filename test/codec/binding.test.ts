import { describe, expect, test } from 'vitest'
import type { Codec } from '../../src/codec/codec.js'
import { codecOf, keyNamed, NO_LIMIT } from './keys.js'

const key = keyNamed('k1')
const JOB = { id: 'j1', task: 'send' }
/** Another job, whose fields in the broker say that it has the payload of the first. */
const FORGED = { id: 'evil', task: 'send', sealedFor: 'j1' }

const WAYS: [string, Codec][] = [
  ['signed', codecOf({ signKeys: [key] })],
  ['encrypted', codecOf({ encryptKeys: [key] })],
  ['signed and encrypted', codecOf({ signKeys: [key], encryptKeys: [key] })],
]

describe.each(WAYS)('a payload that is %s', (_, codec) => {
  const merging = codec.encodeEnvelope(JOB, { args: [1], merges: true }, NO_LIMIT)
  const other = codec.encodeEnvelope(JOB, { args: [1] }, NO_LIMIT)

  test('stands in another job only where its call may merge', () => {
    expect(codec.decodeEnvelope(FORGED, merging).kind).toBe('envelope')
    expect(codec.decodeEnvelope(JOB, merging).kind).toBe('envelope')
    expect(codec.decodeEnvelope(FORGED, other).kind).toBe('refused')
    expect(codec.decodeEnvelope({ id: 'evil', task: 'send' }, merging).kind).toBe('refused')
  })

  test('cannot be made one that may', () => {
    const forged = other.replace(/^\{/, '{"merges":true,').replace(/\}$/, ',"merges":true}')
    expect(codec.decodeEnvelope(FORGED, forged).kind).toBe('refused')
  })

  test('may stand there with other arguments, too', () => {
    const replaced = codec.replaceArgs(JOB, merging, [2], NO_LIMIT)
    expect(codec.decodeEnvelope(FORGED, replaced)).toMatchObject({ envelope: { args: [2] } })
  })
})

test('a context in the clear beside encrypted arguments is not believed', () => {
  const codec = codecOf({ encryptKeys: [key] })
  const stored = JSON.parse(codec.encodeEnvelope(JOB, { args: [1] }, NO_LIMIT)) as object
  const decoded = codec.decodeEnvelope(JOB, JSON.stringify({ ...stored, context: { tenant: 'evil' } }))
  expect(decoded).toEqual({ kind: 'envelope', envelope: { args: [1] } })
})
