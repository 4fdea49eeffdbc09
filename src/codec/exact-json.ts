/** A value that JSON would change or refuse: where it stands and what it is. */
export interface InexactValue {
  /** Such as `args[0].user.born`. */
  readonly path: string
  /** Such as `a Date (JSON makes it a string)`. */
  readonly what: string
}

/** Deeper values are refused: such depth is a mistake, and parsing it costs the worker its stack. */
const MAX_DEPTH = 64

/**
 * Finds the first value that would not come out of JSON as it went in: Date, Map, Set, BigInt, NaN,
 * Infinity, undefined, functions, symbols, class instances, holes in arrays, cycles, `__proto__` keys.
 * Undefined when the value survives. (`-0` counts as `0`.)
 */
export function findInexact(value: unknown, path: string, ancestors: object[] = []): InexactValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { path, what: `${value} (JSON makes it null)` }
    case 'object':
      return value === null ? undefined : inObject(value, path, ancestors)
    default:
      return { path, what: SCALARS[typeof value] ?? typeof value }
  }
}

const SCALARS: Partial<Record<string, string>> = {
  undefined: 'undefined (JSON drops it: leave it out, or use null)',
  bigint: 'a BigInt (JSON has none: send a string)',
  function: 'a function',
  symbol: 'a symbol',
}

function inObject(value: object, path: string, ancestors: object[]): InexactValue | undefined {
  if (ancestors.includes(value)) return { path, what: 'a cycle' }
  if (ancestors.length >= MAX_DEPTH) return { path, what: `nested deeper than ${MAX_DEPTH} levels` }
  ancestors.push(value)
  const found = Array.isArray(value) ? inArray(value, path, ancestors) : inRecord(value, path, ancestors)
  ancestors.pop()
  return found
}

function inArray(value: unknown[], path: string, ancestors: object[]): InexactValue | undefined {
  for (let index = 0; index < value.length; index++) {
    const found = findInexact(value[index], `${path}[${index}]`, ancestors)
    if (found !== undefined) return found
  }
  return undefined
}

function inRecord(value: object, path: string, ancestors: object[]): InexactValue | undefined {
  if (!isPlain(value)) return { path, what: foreign(value) }
  for (const key of Object.keys(value)) {
    const place = IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
    if (key === '__proto__') return { path: place, what: 'a key that could change prototypes' }
    const found = findInexact((value as Record<string, unknown>)[key], place, ancestors)
    if (found !== undefined) return found
  }
  return undefined
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** A record of this realm or another (`vm`, a test runner's): its prototype is none or an `Object.prototype`. */
function isPlain(value: object): boolean {
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || isObjectPrototype(prototype as object)
}

const isObjectPrototype = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')

function foreign(value: object): string {
  const name = value.constructor?.name || 'an unknown class'
  if (value instanceof Date) return 'a Date (JSON makes it a string: send date.toISOString())'
  return `an instance of ${name} (send its data as a plain object)`
}
