import { TaskqError } from '../errors/taskq-error.js'
import { sentArgs } from '../task/sent-args.js'
import { type EnvelopeFields, readEnvelopeFields } from './envelope-fields.js'
import { findInexact } from './exact-json.js'

/** What a job carries beside its task's name: stored as JSON, read by any worker of this version or later. */
export interface Envelope extends EnvelopeFields {
  readonly args: readonly unknown[]
}

/** An envelope to be written: what is undefined is left out. */
export type EnvelopeDraft = Pick<Envelope, 'args'> & { readonly [Field in keyof Envelope]: Envelope[Field] | undefined }

/** The layout of stored jobs. A worker leaves jobs of a later layout to later workers. */
export const ENVELOPE_VERSION = 1

/** How large a job's payload may be, in bytes of JSON. */
export interface PayloadLimits {
  readonly maxBytes: number
}

/**
 * Writes an envelope.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_NOT_JSON` with the path of the first value that JSON would change,
 *   `TASKQ_PAYLOAD_TOO_LARGE` with the size
 */
export function encodeEnvelope(task: string, envelope: EnvelopeDraft, limits: PayloadLimits): string {
  const args = sentArgs(envelope.args)
  const inexact = findInexact(args, 'args')
  if (inexact !== undefined) {
    throw new TaskqError('TASKQ_PAYLOAD_NOT_JSON', `${task}: ${inexact.path} is ${inexact.what}`, {
      hint: 'Arguments travel as JSON; send only what JSON keeps as it is.',
      data: { task, path: inexact.path },
    })
  }
  const text = JSON.stringify({ ...envelope, v: ENVELOPE_VERSION, args })
  // A string has at most three bytes of UTF-8 per unit: most need no exact count.
  if (text.length * 3 > limits.maxBytes) refuseTooLarge(task, Buffer.byteLength(text), limits.maxBytes)
  return text
}

/** What a stored job holds: an envelope, or why it cannot be run here. */
export type DecodedEnvelope =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'later-version'; readonly version: number }
  | { readonly kind: 'malformed'; readonly error: TaskqError }

/** Reads a stored envelope. Never throws: a broken job must not stop the queue. */
export function decodeEnvelope(text: string): DecodedEnvelope {
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch (cause) {
    return malformed('the payload is not JSON', cause)
  }
  if (typeof stored !== 'object' || stored === null) return malformed('the payload is no object')
  const { v, args } = stored as { v?: unknown; args?: unknown }
  if (typeof v === 'number' && v > ENVELOPE_VERSION) return { kind: 'later-version', version: v }
  if (v !== ENVELOPE_VERSION) return malformed('the payload has no version')
  if (!Array.isArray(args)) return malformed('the payload has no arguments')
  return { kind: 'envelope', envelope: { args, ...readEnvelopeFields(stored as Readonly<Record<string, unknown>>) } }
}

function malformed(message: string, cause?: unknown): DecodedEnvelope {
  return { kind: 'malformed', error: new TaskqError('TASKQ_PAYLOAD_MALFORMED', message, { cause }) }
}

function refuseTooLarge(task: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  throw new TaskqError(
    'TASKQ_PAYLOAD_TOO_LARGE',
    `${task}: the arguments are ${bytes} bytes of JSON, the limit is ${maxBytes}`,
    {
      hint: 'Store the data elsewhere and send its key, or raise payload.max in the config.',
      data: { task, bytes, maxBytes },
    },
  )
}
