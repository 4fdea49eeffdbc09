import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import { sentArgs } from '../task/sent-args.js'
import { type EnvelopeFields, readEnvelopeFields } from './envelope-fields.js'
import { findInexact, type InexactValue } from './exact-json.js'
import { outgrows } from './outgrows.js'
import { malformed } from './unreadable.js'

/** What a job carries beside its task's name: stored as JSON, read by any worker of this version or later. */
export interface Envelope extends EnvelopeFields {
  readonly args: readonly unknown[]
}

/** An envelope to be written: what is undefined is left out. */
export type EnvelopeDraft = Pick<Envelope, 'args'> & { readonly [Field in keyof Envelope]: Envelope[Field] | undefined }

/**
 * The layouts of stored jobs: 1 has its arguments as they are; in 2 they are written so that JSON keeps their types, or
 * compressed, or encrypted: see codec.ts. A worker leaves jobs of a later layout to later workers.
 */
export const ENVELOPE_VERSION = 1
export const WRAPPED_VERSION = 2

/** How large a job's payload may be, in bytes of JSON. */
export interface PayloadLimits {
  readonly maxBytes: number
}

/**
 * Writes an envelope of strict JSON.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_NOT_JSON` with the path of the first value that JSON would change,
 *   `TASKQ_PAYLOAD_TOO_LARGE` with the size
 */
export function encodeEnvelope(task: string, envelope: EnvelopeDraft, limits: PayloadLimits): string {
  const args = sentArgs(envelope.args)
  refuseOutgrown(task, args, limits)
  const inexact = findInexact(args, 'args')
  if (inexact !== undefined)
    throw notJson(task, inexact, 'Arguments travel as JSON; send only what JSON keeps as it is.')
  const text = JSON.stringify({ v: ENVELOPE_VERSION, ...envelope, args })
  refuseTooLarge(task, text, limits)
  return text
}

/** What a stored job holds: an envelope, or why it cannot be run here. */
export type DecodedEnvelope =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'later-version'; readonly version: number }
  /** It was encrypted or signed with a key that this process does not have. */
  | { readonly kind: 'missing-key'; readonly keyId: string }
  /** It does not come as it is from a process of this app. */
  | { readonly kind: 'refused'; readonly error: TaskqError }
  | { readonly kind: 'malformed'; readonly error: TaskqError }

/** What is in an envelope that is not strict JSON. It may throw a TaskqError. */
export type OpenWrapped = (stored: Stored) => Pick<Envelope, 'args' | 'context'>

type Stored = Readonly<Record<string, unknown>>

/** Reads a stored envelope. Never throws: a broken job must not stop the queue. */
export function decodeEnvelope(text: string, openWrapped?: OpenWrapped): DecodedEnvelope {
  const stored = parse(text)
  if (!('record' in stored)) return stored
  const { record } = stored
  const { v, args } = record
  if (v === WRAPPED_VERSION && openWrapped !== undefined) return opened(record, openWrapped)
  if (typeof v === 'number' && v > ENVELOPE_VERSION) return { kind: 'later-version', version: v }
  if (v !== ENVELOPE_VERSION) return broken('the payload has no version')
  if (!Array.isArray(args)) return broken('the payload has no arguments')
  return { kind: 'envelope', envelope: { args, ...readEnvelopeFields(record) } }
}

/**
 * Reads what a stored job carries in the clear, whatever was done to its arguments, and without any key: all of its
 * fields, but for the arguments, and for the context of one that is compressed or encrypted. They mean the same in later
 * layouts. Nothing where it cannot be read.
 */
export function readStoredFields(text: string): EnvelopeFields {
  const stored = parse(text)
  if (!('record' in stored)) return {}
  const { v } = stored.record
  return typeof v === 'number' && v >= ENVELOPE_VERSION ? readEnvelopeFields(stored.record) : {}
}

function parse(text: string): { readonly record: Stored } | DecodedEnvelope {
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch (cause) {
    return broken('the payload is not JSON', cause)
  }
  if (typeof stored !== 'object' || stored === null) return broken('the payload is no object')
  return { record: stored as Stored }
}

function opened(stored: Stored, openWrapped: OpenWrapped): DecodedEnvelope {
  try {
    // Where the arguments are hidden, so is the context: what stands in the clear is not from the caller.
    const clear = stored.body === undefined ? stored : { ...stored, context: undefined }
    return { kind: 'envelope', envelope: { ...readEnvelopeFields(clear), ...openWrapped(stored) } }
  } catch (error) {
    return unreadableAs(error)
  }
}

/** What an error says of the envelope that could not be read. */
export function unreadableAs(error: unknown): DecodedEnvelope {
  if (isTaskqError(error, 'TASKQ_PAYLOAD_KEY_MISSING'))
    return { kind: 'missing-key', keyId: String((error.data as { keyId?: unknown } | undefined)?.keyId) }
  if (isTaskqError(error, 'TASKQ_PAYLOAD_REFUSED')) return { kind: 'refused', error }
  return { kind: 'malformed', error: isTaskqError(error) ? error : malformed('the payload cannot be read', error) }
}

const broken = (what: string, cause?: unknown): DecodedEnvelope => ({
  kind: 'malformed',
  error: malformed(what, cause),
})

/** The refusal of a value that would not arrive as it is. */
export const notJson = (task: string, { path, what }: InexactValue, hint: string): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_NOT_JSON', `${task}: ${path} is ${what}`, { hint, data: { task, path } })

/**
 * Refuses arguments that are far too large before they are looked through and written: that would keep the process busy
 * for as long as they are large.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_TOO_LARGE`
 */
export function refuseOutgrown(task: string, args: readonly unknown[], { maxBytes }: PayloadLimits): void {
  const bytes = outgrows(args, 2 * maxBytes)
  if (bytes !== undefined) throw tooLarge(task, 'more than ', bytes, maxBytes)
}

/** @throws TaskqError `TASKQ_PAYLOAD_TOO_LARGE` */
export function refuseTooLarge(task: string, json: string, { maxBytes }: PayloadLimits): void {
  // A string has at most three bytes of UTF-8 per unit: most need no exact count.
  if (json.length * 3 <= maxBytes) return
  const bytes = Buffer.byteLength(json)
  if (bytes <= maxBytes) return
  throw tooLarge(task, '', bytes, maxBytes)
}

const tooLarge = (task: string, about: string, bytes: number, maxBytes: number): TaskqError =>
  new TaskqError(
    'TASKQ_PAYLOAD_TOO_LARGE',
    `${task}: the arguments are ${about}${bytes} bytes of JSON, the limit is ${maxBytes}`,
    {
      hint: 'Store the data elsewhere and send its key, or raise payload.max in the config.',
      data: { task, bytes, maxBytes },
    },
  )
