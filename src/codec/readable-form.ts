import { types } from 'node:util'

/**
 * A value of a job as JSON can print it, for people and for `--json`: a Date as its ISO text, a BigInt as its digits, a
 * Map as a record where its keys are texts and else as pairs, a Set as a list, bytes as base64, a URL as its text with
 * its password masked. What JSON has anyway is not copied.
 */
export function readableForm(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return copied(value, (item) => item.map(readableForm))
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (types.isMap(value)) return ofMap(value)
  if (types.isSet(value)) return Array.from(value, readableForm)
  if (types.isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (value instanceof URL) return ofUrl(value)
  return copied(value, ofRecord)
}

/** The copy where anything in it is another; the value itself where not. */
function copied<T extends object>(value: T, copy: (value: T) => object): object {
  const made = copy(value)
  const keys = Object.keys(value)
  const at = (of: object, key: string) => (of as Record<string, unknown>)[key]
  return keys.every((key) => at(value, key) === at(made, key)) ? value : made
}

/** `Object.fromEntries` sets a field whatever its name. */
const ofRecord = (record: object): object =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, readableForm(item)]))

function ofMap(map: ReadonlyMap<unknown, unknown>): unknown {
  const pairs = Array.from(map, ([key, item]) => [readableForm(key), readableForm(item)] as const)
  return pairs.every(([key]) => typeof key === 'string') ? Object.fromEntries(pairs) : pairs
}

function ofUrl(url: URL): string {
  if (url.password === '') return url.href
  const masked = new URL(url)
  masked.password = '***'
  return masked.href
}
