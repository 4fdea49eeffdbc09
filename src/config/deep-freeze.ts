import { isPlainRecord } from '../schedule/plain-data.js'

/** Freezes a record with all records and arrays in it, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (Object.isFrozen(value) || !(Array.isArray(value) || isPlainRecord(value))) return value
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
  return value
}
