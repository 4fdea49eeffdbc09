import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { CodecKey } from './codec-options.js'
import type { Belonging } from './signature.js'
import { untagTypes } from './tagged-json.js'
import { keyMissing, malformed, refused } from './unreadable.js'

/** How one value is to be written. */
export interface Ways {
  readonly types: boolean
  readonly compressAbove: number | undefined
  readonly encryptKey: CodecKey | undefined
}

/** A value that is compressed or encrypted: base64, and the key's name. */
export interface Wrapped {
  readonly body: string
  readonly key?: string
}

/** The first byte of what is wrapped says what was done to the JSON behind it. */
const TYPED = 1
const DEFLATED = 2

const IV_BYTES = 12
const TAG_BYTES = 16
/** Results and progress have no limit of their own: what is larger is not compressed. */
const MAX_DEFLATED_RESULT_BYTES = 16_777_216

/** Compresses and encrypts a JSON text, where that is wanted; undefined where neither is worth it. */
export function wrap(json: string, isTyped: boolean, ways: Ways, owner: Belonging): Wrapped | undefined {
  const { compressAbove, encryptKey } = ways
  const plain = Buffer.from(json)
  const isWorthIt = compressAbove !== undefined && plain.length > compressAbove
  const deflated = isWorthIt && plain.length <= MAX_DEFLATED_RESULT_BYTES ? deflate(plain) : undefined
  // Base64 takes a third more.
  const isSmaller = deflated !== undefined && deflated.length * (encryptKey === undefined ? 4 / 3 : 1) < plain.length
  if (encryptKey === undefined && !isSmaller) return undefined
  const content = isSmaller ? deflated : plain
  const packed = Buffer.concat([Buffer.of((isTyped ? TYPED : 0) | (isSmaller ? DEFLATED : 0)), content])
  if (encryptKey === undefined) return { body: packed.toString('base64') }
  return { key: encryptKey.id, body: encrypt(packed, encryptKey, owner).toString('base64') }
}

/**
 * Reads what {@link wrap} wrote.
 *
 * @param maxBytes what is unpacked at the most: a few bytes could claim to be any number
 * @throws TaskqError `TASKQ_PAYLOAD_KEY_MISSING`, `TASKQ_PAYLOAD_REFUSED`, `TASKQ_PAYLOAD_MALFORMED`
 */
export function unwrap(
  { body, key: keyId }: Wrapped,
  keys: readonly CodecKey[],
  owner: Belonging,
  maxBytes = MAX_DEFLATED_RESULT_BYTES,
): unknown {
  const bytes = Buffer.from(body, 'base64')
  const packed = keyId === undefined ? bytes : decrypt(bytes, keyId, keys, owner)
  const how = packed[0]
  if (how === undefined || how > (TYPED | DEFLATED)) throw malformed('the payload is packed in an unknown way')
  const content = packed.subarray(1)
  const json = (how & DEFLATED) === 0 ? content : inflate(content, maxBytes)
  const value = parse(json.toString('utf8'))
  return (how & TYPED) === 0 ? value : untagTypes(value)
}

export function isWrapped(stored: object): stored is Wrapped {
  const { body, key } = stored as { body?: unknown; key?: unknown }
  return typeof body === 'string' && (key === undefined || typeof key === 'string')
}

function encrypt(plain: Buffer, { key }: CodecKey, owner: Belonging): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(owner))
  const content = [cipher.update(plain), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...content])
}

function decrypt(bytes: Buffer, keyId: string, keys: readonly CodecKey[], owner: Belonging): Buffer {
  const key = keys.find(({ id }) => id === keyId)
  if (key === undefined) throw keyMissing('codec.encrypt.keys', keyId)
  if (bytes.length < IV_BYTES + TAG_BYTES) throw refused('it was changed after it was encrypted')
  const iv = bytes.subarray(0, IV_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key.key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(owner)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw refused('it was changed after it was encrypted, belongs to another job, or the key of this name is another')
  }
}

const boundTo = (owner: Belonging): Buffer => Buffer.from(JSON.stringify(['taskq', ...owner]))

/** Only what compresses loads it: an idle worker does not. */
const zlib = () => process.getBuiltinModule('node:zlib')

const deflate = (plain: Buffer): Buffer => zlib().deflateSync(plain)

function inflate(content: Buffer, maxOutputLength: number): Buffer {
  try {
    return zlib().inflateSync(content, { maxOutputLength })
  } catch (cause) {
    throw malformed('the payload cannot be unpacked', cause)
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw malformed('the payload is not JSON', cause)
  }
}
