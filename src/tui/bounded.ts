/** Nothing that is kept for the screen has longer texts. */
const MAX_TEXT = 4096
/** A text that is read as a whole: arguments, a result, a stack. */
export const MAX_LONG_TEXT = 65_536
const MAX_ITEMS = 10_000
const MAX_DEPTH = 12

const LONG = new Set(['argsJson', 'resultJson', 'stack', 'message'])

/**
 * The same value with every text cut to what a screen can show, so that a line of 10 MB is not kept. What is short
 * enough comes back as it was.
 */
export function bounded<T>(value: T): T {
  return bound(value, MAX_TEXT, MAX_DEPTH) as T
}

function bound(value: unknown, maxText: number, depth: number): unknown {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText)}…` : value
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth === 0) return '…'
  return Array.isArray(value) ? boundArray(value, maxText, depth - 1) : boundRecord(value, depth - 1)
}

function boundArray(items: readonly unknown[], maxText: number, depth: number): readonly unknown[] {
  const bounds = items.slice(0, MAX_ITEMS).map((item) => bound(item, maxText, depth))
  return bounds.length === items.length && bounds.every((item, index) => item === items[index]) ? items : bounds
}

function boundRecord(record: object, depth: number): object {
  const fields = Object.entries(record)
  const bounds = fields
    .slice(0, MAX_ITEMS)
    .map(([key, value]) => [bound(key, MAX_TEXT, 1), bound(value, LONG.has(key) ? MAX_LONG_TEXT : MAX_TEXT, depth)])
  const isSame =
    bounds.length === fields.length &&
    bounds.every(([key, value], index) => key === fields[index]?.[0] && value === fields[index]?.[1])
  return isSame ? record : Object.fromEntries(bounds)
}
