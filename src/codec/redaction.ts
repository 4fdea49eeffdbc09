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
  let made = 0
  const copyOf = (item: unknown, key = ''): unknown => {
    if (typeof item !== 'object' || item === null) return item
    const known = copies.get(item)
    if (known !== undefined) return known
    const from = fieldsOf(item, key)
    if (from === undefined) return item
    if (from !== item && ++made > MAX_MADE) throw new RangeError('what is logged makes ever more of itself')
    const copy = Array.isArray(from) ? [] : {}
    copies.set(item, copy)
    open.push([from, copy])
    return copy
  }
  const copied = copyOf(value)
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [from, to] = pair
    const isList = Array.isArray(from)
    for (const [key, item] of Object.entries(from)) put(to, key, !isList && isMasked(key) ? MASKED : copyOf(item, key))
  }
  return copied
}

/** What writes itself may write something new each time: then there is no end to it. */
const MAX_MADE = 10_000

/**
 * What JSON writes field by field in place of a value. An Error, and what writes itself as a text, as a Date does, stays
 * what it is.
 */
function fieldsOf(value: object, key: string): object | undefined {
  const written: unknown = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON(key) : value
  if (typeof written !== 'object' || written === null) return undefined
  if (Array.isArray(written)) return written
  const isRecord = !(written instanceof Error) && Object.prototype.toString.call(written) === '[object Object]'
  return isRecord ? written : undefined
}

/** As a field, whatever its name: `__proto__` would set the prototype. */
function put(to: object, key: string, value: unknown): void {
  // The copy is not to write itself: that has been done, and would show what is masked.
  if (key === 'toJSON' && typeof value === 'function') return
  if (key !== '__proto__') (to as Record<string, unknown>)[key] = value
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
}
