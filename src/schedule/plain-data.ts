/** Stands where something threw when it was read, or had no end. */
const UNREADABLE = Symbol('a value that cannot be read')
const MAX_DEPTH = 100
const MAX_LENGTH = 1_000_000

/** A record: no array, no date, no instance of a class. */
export type PlainRecord = Readonly<Record<string, unknown>>

/** Tells whether a value is a {@link PlainRecord}, of this realm or another. */
export function isPlainRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'toString'))
}

/**
 * Copies records, arrays and dates all the way down; anything else stays the same thing. The copy can be read without
 * running anybody's getters, and stays as it is whatever becomes of the original.
 */
export const copyPlain = (value: unknown): unknown => copyPart(() => value, new Map(), 0)

function copyPart(read: () => unknown, copies: Map<object, object>, depth: number): unknown {
  try {
    const value = read()
    if (typeof value !== 'object' || value === null) return value
    if (depth > MAX_DEPTH) return UNREADABLE
    return copies.get(value) ?? copyObject(value, copies, depth)
  } catch {
    return UNREADABLE
  }
}

function copyObject(value: object, copies: Map<object, object>, depth: number): unknown {
  if (value instanceof Date) return new Date(value.getTime())
  const isArray = Array.isArray(value)
  if (isArray && value.length > MAX_LENGTH) return UNREADABLE
  if (!isArray && !isPlainRecord(value)) return value
  const copy = isArray ? [] : {}
  copies.set(value, copy)
  const keys = isArray ? new Array(value.length).keys() : Object.keys(value)
  for (const key of keys) {
    const part = copyPart(() => (value as Record<PropertyKey, unknown>)[key], copies, depth + 1)
    // To assign to `__proto__` would change the copy's prototype.
    Object.defineProperty(copy, key, { value: part, enumerable: true, writable: true, configurable: true })
  }
  return copy
}
