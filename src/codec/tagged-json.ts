import { types } from 'node:util'
import { malformed } from './unreadable.js'

/** Deeper values are left as they are: exact-json refuses them. */
const MAX_DEPTH = 64
const MAX_DIGITS = 10_000

/**
 * A copy of a value in which what JSON lacks is written as an object with one key, the type's tag: `{ "$date": "…" }`.
 * A record that looks like one, with a single key that begins with `$`, is put into `{ "$plain": … }`. What has no tag
 * stays what it is.
 */
export const tagTypes = (value: unknown): unknown => tag(value, [])

/**
 * Arguments as data that JSON keeps, whatever they hold: the same for the same arguments. For keys and checksums of them.
 */
export const stableArgs = (args: readonly unknown[]): readonly unknown[] => tagTypes(args) as unknown[]

function tag(value: unknown, ancestors: object[]): unknown {
  if (typeof value === 'bigint') return tagBigInt(value)
  if (typeof value !== 'object' || value === null) return value
  if (ancestors.length >= MAX_DEPTH || ancestors.includes(value)) return value
  ancestors.push(value)
  const tagged = tagObject(value, (part) => tag(part, ancestors))
  ancestors.pop()
  return tagged
}

/** A number so long that to read it takes its time stays what it is. */
function tagBigInt(value: bigint): unknown {
  const $bigint = value.toString()
  return $bigint.length > MAX_DIGITS ? value : { $bigint }
}

type Tag = (part: unknown) => unknown

function tagObject(value: object, inner: Tag): unknown {
  if (Array.isArray(value)) return tagArray(value, inner)
  const own = Object.keys(value)
  if (types.isUint8Array(value)) return tagBytes(value, own.length)
  if (isRecord(value)) return tagRecord(value as Record<string, unknown>, own, inner)
  return own.length > 0 ? value : (TAG_OF[value.constructor?.name ?? '']?.(value, inner) ?? value)
}

/** Holes stay holes, and an array with more to it than its elements stays what it is: exact-json tells of them. */
function tagArray(value: unknown[], inner: Tag): unknown[] {
  return 'toJSON' in value ? value : value.map(inner)
}

function tagBytes(bytes: Uint8Array, ownKeys: number): unknown {
  const isBare = ownKeys === bytes.length
  const base64 = () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  if (isBare && Buffer.isBuffer(bytes)) return { $buffer: base64() }
  return isBare && bytes.constructor.name === 'Uint8Array' ? { $bytes: base64() } : bytes
}

function tagRecord(value: Record<string, unknown>, keys: readonly string[], inner: Tag): unknown {
  if (typeof value.toJSON === 'function' || Object.getOwnPropertySymbols(value).length > 0) return value
  // To assign to `__proto__` would set the copy's prototype; exact-json refuses it.
  if (keys.includes('__proto__')) return value
  const copy: Record<string, unknown> = {}
  for (const key of keys) copy[key] = inner(value[key])
  return keys.length === 1 && keys[0]?.startsWith('$') === true ? { $plain: copy } : copy
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

/** By the name of the class: an instance of a class of the user's own has another one, and is not taken for less. */
const TAG_OF: Readonly<Record<string, (value: object, inner: Tag) => unknown>> = Object.freeze({
  Date: (value: object) =>
    types.isDate(value) && !Number.isNaN(value.getTime()) ? { $date: value.toISOString() } : undefined,
  Map: (value: object, inner: Tag) =>
    types.isMap(value) ? { $map: Array.from(value, ([key, item]) => [inner(key), inner(item)]) } : undefined,
  Set: (value: object, inner: Tag) => (types.isSet(value) ? { $set: Array.from(value, inner) } : undefined),
  URL: (value: object) => (value instanceof URL ? { $url: value.href } : undefined),
})

/**
 * Makes tagged values again what they were. Changes what it is given.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_MALFORMED` for a tag that is unknown, or of a wrong value
 */
export const untagTypes = (value: unknown): unknown => untag(value, 0)

/** Tags add levels of their own, at most two for each of the value's. */
const MAX_TAGGED_DEPTH = 3 * MAX_DEPTH

function untag(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_TAGGED_DEPTH) throw malformed('the payload is nested too deep')
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      value[index] = untag(item, depth + 1)
    })
    return value
  }
  const record = value as Record<string, unknown>
  const keys = Object.keys(record)
  const [only] = keys
  if (keys.length === 1 && only?.startsWith('$') === true) return untagOne(only, record[only], depth)
  return untagFields(record, keys, depth)
}

function untagFields(record: Record<string, unknown>, keys: readonly string[], depth: number): unknown {
  for (const key of keys) record[key] = untag(record[key], depth + 1)
  return record
}

function untagOne(name: string, tagged: unknown, depth: number): unknown {
  const read = Object.hasOwn(VALUE_OF, name) ? VALUE_OF[name] : undefined
  const value = read?.(tagged, (part) => untag(part, depth + 2))
  if (value === undefined) throw malformed(`the payload holds a value that cannot be read: ${name.slice(0, 20)}`)
  return value
}

/** Each gives undefined for what it cannot have written. */
const VALUE_OF: Readonly<Record<string, (tagged: unknown, inner: Tag) => unknown>> = Object.freeze({
  $date: (tagged: unknown) => {
    const date = typeof tagged === 'string' ? new Date(tagged) : undefined
    return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
  },
  $bigint: (tagged: unknown) =>
    typeof tagged === 'string' && tagged.length <= MAX_DIGITS && /^-?\d+$/.test(tagged) ? BigInt(tagged) : undefined,
  $map: (tagged: unknown, inner: Tag) => {
    if (!Array.isArray(tagged) || !tagged.every((pair) => Array.isArray(pair) && pair.length === 2)) return undefined
    return new Map(tagged.map(([key, item]) => [inner(key), inner(item)]))
  },
  $set: (tagged: unknown, inner: Tag) => (Array.isArray(tagged) ? new Set(tagged.map(inner)) : undefined),
  $buffer: (tagged: unknown) => (typeof tagged === 'string' ? Buffer.from(tagged, 'base64') : undefined),
  $bytes: (tagged: unknown) => (typeof tagged === 'string' ? new Uint8Array(Buffer.from(tagged, 'base64')) : undefined),
  $url: (tagged: unknown) => (typeof tagged === 'string' && URL.canParse(tagged) ? new URL(tagged) : undefined),
  $plain: (tagged: unknown, inner: Tag) => {
    if (typeof tagged !== 'object' || tagged === null || Array.isArray(tagged)) return undefined
    const record = tagged as Record<string, unknown>
    for (const key of Object.keys(record)) record[key] = inner(record[key])
    return record
  },
})
