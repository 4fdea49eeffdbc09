import { findInexact, type InexactValue } from './exact-json.js'

/**
 * A finished job's result as it is stored with the job: the value itself, a pointer to a key of its own
 * for a large one, or nothing for `undefined`. Where it is more than JSON, result-codec.ts says what it looks like.
 */
export type StoredResult =
  | { readonly value: unknown }
  | { readonly elsewhere: true; readonly dressed?: true }
  | { readonly body: string }
  | null

/** A result on its way to the broker. */
export interface EncodedResult {
  readonly stored: StoredResult
  /** The JSON that goes to a key of its own, when the result is large. */
  readonly large?: string
  /** Set when JSON changed the value; the work is done, so this is told, not thrown. */
  readonly inexact?: InexactValue
  /** Set where it is larger than a result may be: nothing of it is kept. */
  readonly tooLargeBytes?: number
}

/** What is stored where there is nothing, or it is not to be kept. */
export const NO_RESULT: EncodedResult = { stored: null }

/** A result as it was read: its value, or that it is in a key of its own. */
export type DecodedResult = { readonly value: unknown } | { readonly elsewhere: true }

/** A larger result goes to a key of its own: what stays in the job is copied into the event stream. */
const INLINE_BYTES = 8192

/**
 * Writes what a task returned as strict JSON. Never throws: the work is done, and running it again would double it.
 * A value that JSON cannot write at all becomes a string that says so.
 */
export function encodeResult(value: unknown): EncodedResult {
  if (value === undefined) return { stored: null }
  if (value === null || typeof value === 'boolean') return { stored: { value } }
  const inexact = findInexactResult(value)
  const text = stringifyResult(value, inexact)
  if (text === undefined) return { stored: null, ...(inexact && { inexact }) }
  const large = isLarge(text)
  return {
    stored: large ? { elsewhere: true } : { value: inexact === undefined ? value : JSON.parse(text) },
    ...(large && { large: text }),
    ...(inexact && { inexact }),
  }
}

/** Whether a text is too large to stay with its job. */
export const isLarge = (text: string): boolean =>
  text.length > INLINE_BYTES / 3 && Buffer.byteLength(text) > INLINE_BYTES

/** Reading a value may throw: a getter does, or a proxy. */
export function findInexactResult(value: unknown): InexactValue | undefined {
  try {
    return findInexact(value, 'result')
  } catch {
    return { path: 'result', what: 'unreadable' }
  }
}

/** A value as JSON, whatever it is. */
export function stringifyResult(value: unknown, inexact: InexactValue | undefined): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(`[not JSON: ${inexact?.path ?? 'result'} is ${inexact?.what ?? 'unreadable'}]`)
  }
}
