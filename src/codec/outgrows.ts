/** Deeper values are refused elsewhere, as cycles are. */
const MAX_DEPTH = 64

/**
 * How many bytes of JSON a value surely is, where that is more than `maxBytes`; undefined where it may be less. It looks at
 * no more than it must: a text of 200 MB is told at once, without being written.
 */
export function outgrows(value: unknown, maxBytes: number): number | undefined {
  if (typeof value !== 'object') {
    const bytes = bytesOf(value)
    return bytes > maxBytes ? bytes : undefined
  }
  let bytes = 0
  const add = (item: unknown, depth: number): boolean => {
    bytes += bytesOf(item)
    if (bytes > maxBytes) return true
    if (typeof item !== 'object' || item === null || depth > MAX_DEPTH || item instanceof Uint8Array) return false
    if (Array.isArray(item)) return item.some((inner) => add(inner, depth + 1))
    for (const key in item) {
      // Quotes, a colon and a comma.
      bytes += key.length + 4
      if (add((item as Record<string, unknown>)[key], depth + 1)) return true
    }
    return false
  }
  return add(value, 0) ? bytes : undefined
}

/** What is in an object is counted by itself. A unit of a string is a byte of UTF-8 at least. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  return value instanceof Uint8Array ? value.byteLength : 1
}
