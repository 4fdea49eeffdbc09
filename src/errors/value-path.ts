/** The step of a value's path from an object, or an array, to what lies in it: `.user`, `["a b"]`, `[0]`. */
export function stepTo(key: PropertyKey): string {
  if (typeof key !== 'string') return `[${String(key)}]`
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
