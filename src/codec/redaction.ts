import { MASKED, secretFieldTest } from '../errors/secret-fields.js'

/**
 * Masks the values of fields that hold secrets, at any depth of objects and arrays. It goes by the fields' names, so
 * what stands in a text, or in a list by its place, is left as it is. The value that is given is never changed.
 */
export type Redactor = (value: unknown) => unknown

/** Makes the function that masks the fields that always are, and those of these names. */
export function createRedactor(names: readonly string[]): Redactor {
  const isSecret = secretFieldTest(names)
  return (value) => copyMasked(value, isSecret)
}

/** Walks with a list of its own, not by calling itself: data from outside may be nested deeper than the stack goes. */
function copyMasked(value: unknown, isMasked: (key: string) => boolean): unknown {
  const open: [from: object, to: object][] = []
  /** What a task logs may hold itself. */
  const copies = new Map<object, object>()
  const copyOf = (item: unknown): unknown => {
    if (!isContainer(item)) return item
    const known = copies.get(item)
    if (known !== undefined) return known
    const copy = Array.isArray(item) ? [] : {}
    copies.set(item, copy)
    open.push([item, copy])
    return copy
  }
  const copied = copyOf(value)
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [from, to] = pair
    const isList = Array.isArray(from)
    for (const [key, item] of Object.entries(from)) put(to, key, !isList && isMasked(key) ? MASKED : copyOf(item))
  }
  return copied
}

/** What JSON writes field by field; an Error, a Date, and what writes itself, stays what it is. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const isError = value instanceof Error
  return !isError && Object.prototype.toString.call(value) === '[object Object]' && !('toJSON' in value)
}

/** As a field, whatever its name: `__proto__` would set the prototype. */
function put(to: object, key: string, value: unknown): void {
  if (key !== '__proto__') (to as Record<string, unknown>)[key] = value
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
}
