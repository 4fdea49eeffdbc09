/**
 * Masks the values of fields that hold secrets, at any depth of objects and arrays. It goes by the fields' names, so
 * what stands in a text, or in a list by its place, is left as it is. The value that is given is never changed.
 */
export type Redactor = (value: unknown) => unknown

/** The fields that are masked everywhere. Case, `-` and `_` make no difference: `API-Key` is `apiKey`. */
export const SECRET_FIELDS: readonly string[] = Object.freeze([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'authToken',
  'sessionToken',
  'authorization',
  'apiKey',
  'accessKey',
  'secretKey',
  'secretAccessKey',
  'privateKey',
  'credentials',
  'cookie',
  'setCookie',
  'creditCard',
  'cardNumber',
  'cvv',
  'cvc',
  'ssn',
])

const MASK = '***'

/** Makes the function that masks {@link SECRET_FIELDS}, and the fields of these names. */
export function createRedactor(names: readonly string[]): Redactor {
  const masked = new Set([...SECRET_FIELDS, ...names].map(bare))
  return (value) => copyMasked(value, (key) => masked.has(bare(key)))
}

const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')

/** Walks with a list of its own, not by calling itself: data from outside may be nested deeper than the stack goes. */
function copyMasked(value: unknown, isMasked: (key: string) => boolean): unknown {
  const open: [from: object, to: object][] = []
  const copyOf = (item: unknown): unknown => {
    if (!isContainer(item)) return item
    const copy = Array.isArray(item) ? [] : {}
    open.push([item, copy])
    return copy
  }
  const copied = copyOf(value)
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [from, to] = pair
    const isList = Array.isArray(from)
    for (const [key, item] of Object.entries(from)) put(to, key, !isList && isMasked(key) ? MASK : copyOf(item))
  }
  return copied
}

/** What JSON is made of; a Date, or another class's instance, stays what it is. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** As a field, whatever its name: `__proto__` would set the prototype. */
function put(to: object, key: string, value: unknown): void {
  if (key !== '__proto__') (to as Record<string, unknown>)[key] = value
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
}
