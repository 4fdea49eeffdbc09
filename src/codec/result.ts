import { findInexact, type InexactValue } from './exact-json.js'

/**
 * A finished job's result as it is stored with the job: the value itself, a pointer to a key of its own
 * for a large one, or nothing for `undefined`.
 */
export type StoredResult = { readonly value: unknown } | { readonly elsewhere: true } | null

/** A result on its way to the broker. */
export interface EncodedResult {
  readonly stored: StoredResult
  /** The JSON that goes to a key of its own, when the result is large. */
  readonly large?: string
  /** Set when JSON changed the value; the work is done, so this is told, not thrown. */
  readonly inexact?: InexactValue
}

/** A larger result goes to a key of its own: what stays in the job is copied into the event stream. */
const INLINE_BYTES = 8192

/**
 * Writes what a task returned. Never throws: the work is done, and running it again would double it.
 * A value that JSON cannot write at all becomes a string that says so.
 */
export function encodeResult(value: unknown): EncodedResult {
  if (value === undefined) return { stored: null }
  if (value === null || typeof value === 'boolean') return { stored: { value } }
  const inexact = find(value)
  const text = stringify(value, inexact)
  if (text === undefined) return { stored: null, ...(inexact && { inexact }) }
  const large = text.length > INLINE_BYTES / 3 && Buffer.byteLength(text) > INLINE_BYTES
  return {
    stored: large ? { elsewhere: true } : { value: inexact === undefined ? value : JSON.parse(text) },
    ...(large && { large: text }),
    ...(inexact && { inexact }),
  }
}

/** Reads a stored result; `undefined` stays `undefined`. */
export function decodeResult(stored: unknown): { readonly value: unknown } | { readonly elsewhere: true } {
  if (typeof stored !== 'object' || stored === null) return { value: undefined }
  if ('elsewhere' in stored) return { elsewhere: true }
  return { value: (stored as { value?: unknown }).value }
}

/** Reading a value may throw: a getter does, or a proxy. */
function find(value: unknown): InexactValue | undefined {
  try {
    return findInexact(value, 'result')
  } catch {
    return { path: 'result', what: 'unreadable' }
  }
}

function stringify(value: unknown, inexact: InexactValue | undefined): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(`[not JSON: ${inexact?.path ?? 'result'} is ${inexact?.what ?? 'unreadable'}]`)
  }
}
