import { findInexact, TOO_DEEP } from './exact-json.js'
import { tagTypes } from './tagged-json.js'

/** A value as it is written, and whether tags in it stand for types. */
export interface Typed<T = unknown> {
  readonly value: T
  readonly isTyped: boolean
}

/** A value with tags for the types that JSON lacks, where it has such, and is not so deep that tags would not be read. */
export function typedValue<T>(value: T): Typed<T> {
  if (findInexact(value, '') === undefined) return { value, isTyped: false }
  const tagged = tagTypes(value) as T
  return findInexact(tagged, '')?.what === TOO_DEEP ? { value, isTyped: false } : { value: tagged, isTyped: true }
}
