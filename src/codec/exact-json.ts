import { stepTo } from '../errors/value-path.js'

/** A value that JSON would change or refuse: where it stands and what it is. */
export interface InexactValue {
  /** Such as `args[0].user.born`. */
  readonly path: string
  /** Such as `a Date (JSON makes it a string)`. */
  readonly what: string
}

/** Deeper values are refused: such depth is a mistake, and parsing it costs the worker its stack. */
const MAX_DEPTH = 64

/** What a value is said to be that is nested deeper. */
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`

/**
 * Finds the first value that would not come out of JSON as it went in: Date, Map, Set, BigInt, NaN,
 * Infinity, undefined, functions, symbols, class instances, holes in arrays, cycles, `__proto__` keys.
 * Undefined when the value survives. (`-0` counts as `0`.)
 */
export function findInexact(value: unknown, root: string): InexactValue | undefined {
  const found = inValue(value, [])
  return found === undefined ? undefined : { path: root + found.path, what: found.what }
}

/** Paths are put together on the way back, so that good values, which are nearly all, cost none. */
function inValue(value: unknown, ancestors: object[]): InexactValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : here(`${value} (JSON makes it null)`)
    case 'object':
      return value === null ? undefined : inObject(value, ancestors)
    default:
      return here(SCALARS[typeof value] ?? typeof value)
  }
}

const here = (what: string): InexactValue => ({ path: '', what })
const below = (step: string, { path, what }: InexactValue): InexactValue => ({ path: step + path, what })

const SCALARS: Partial<Record<string, string>> = {
  undefined: 'undefined (JSON drops it: leave it out, or use null)',
  bigint: 'a BigInt (JSON has none: send a string)',
  function: 'a function',
  symbol: 'a symbol',
}

function inObject(value: object, ancestors: object[]): InexactValue | undefined {
  if (ancestors.includes(value)) return here('a cycle')
  if (ancestors.length >= MAX_DEPTH) return here(TOO_DEEP)
  ancestors.push(value)
  const found = Array.isArray(value) ? inArray(value, ancestors) : inRecord(value, ancestors)
  ancestors.pop()
  return found
}

function inArray(value: unknown[], ancestors: object[]): InexactValue | undefined {
  if ('toJSON' in value) return here('an array with a toJSON of its own')
  for (let index = 0; index < value.length; index++) {
    const found = inValue(value[index], ancestors)
    if (found !== undefined) return below(stepTo(index), found)
  }
  return undefined
}

function inRecord(value: object, ancestors: object[]): InexactValue | undefined {
  if (!isPlain(value)) return here(foreign(value))
  if (Object.getOwnPropertySymbols(value).length > 0) return here('an object with symbols for keys (JSON drops them)')
  for (const key of Object.keys(value)) {
    const found =
      key === '__proto__'
        ? here('a key that could change prototypes')
        : inValue((value as Record<string, unknown>)[key], ancestors)
    if (found !== undefined) return below(stepTo(key), found)
  }
  return undefined
}

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
