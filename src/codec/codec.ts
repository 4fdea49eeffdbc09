import type { TaskCodecOptions } from '../task/options/payload-options.js'
import { sentArgs } from '../task/sent-args.js'
import { COMPRESS_ABOVE_BYTES, type CodecOptions, STRICT_JSON } from './codec-options.js'
import {
  type DecodedEnvelope,
  decodeEnvelope,
  type Envelope,
  type EnvelopeDraft,
  encodeEnvelope,
  notJson,
  type PayloadLimits,
  refuseOutgrown,
  refuseTooLarge,
  unreadableAs,
  WRAPPED_VERSION,
} from './envelope.js'
import { findInexact } from './exact-json.js'
import { outgrows } from './outgrows.js'
import { type DecodedResult, type EncodedResult, encodeResult } from './result.js'
import { ResultCodec } from './result-codec.js'
import { type Belonging, checkSignedText, signText } from './signature.js'
import { untagTypes } from './tagged-json.js'
import { typedValue } from './typed-value.js'
import { keyMissing, malformed, noKey, refused } from './unreadable.js'
import { isWrapped, unwrap, type Ways, wrap } from './wrapping.js'

/** Whose a payload is: what is encrypted or signed is worth nothing in another job, or as another task's. */
export interface JobIdentity {
  readonly id: string
  readonly task: string
  /**
   * The id under which its envelope was written, where that is another call's: one that became part of the job. It stands
   * in the broker, so it is believed only where the envelope says that it may.
   */
  readonly sealedFor?: string
}

/**
 * How the jobs and results of an app are written and read: as strict JSON where nothing else is wanted; else with the
 * types that JSON lacks, compressed, encrypted, signed, by the config's `codec` and the task's. It reads what was written
 * in any of these ways, as far as it has the keys.
 *
 * Encrypted is what a job is about: its arguments, its context, its result and its progress. All else is in the clear,
 * for brokers, routes and operators to work with: task, queue, times, headers, the keys of limits and of uniqueness, log
 * lines, and what failures say.
 */
export class Codec {
  readonly #results: ResultCodec
  /** Where a task says nothing of its own. */
  readonly #ways: Ways | undefined

  constructor(private readonly options: CodecOptions) {
    this.#results = new ResultCodec(options)
    this.#ways = waysOf(options, {})
  }

  /**
   * Writes an envelope.
   *
   * @param wanted the task's own option
   * @throws TaskqError `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`; `TASKQ_PAYLOAD_KEY_MISSING` where its task
   *   is to be encrypted and there is no key
   */
  encodeEnvelope(job: JobIdentity, draft: EnvelopeDraft, limits: PayloadLimits, wanted?: TaskCodecOptions): string {
    const ways = this.#waysFor(wanted, job.task)
    const text = ways === undefined ? encodeEnvelope(job.task, draft, limits) : encodeWrapped(job, draft, limits, ways)
    const { signKeys } = this.options
    return signKeys.length === 0 ? text : signText(text, signedFor(job), signKeys)
  }

  /** Reads a stored envelope. Never throws. */
  decodeEnvelope(job: JobIdentity, text: string): DecodedEnvelope {
    const { signKeys, signatureRequired, encryptKeys, maxUnpackedBytes } = this.options
    if (signKeys.length > 0) {
      try {
        checkSignedText(text, signedFor(job), signKeys, signatureRequired)
      } catch (error) {
        return unreadableAs(error)
      }
    }
    const decoded = decodeEnvelope(text, (stored) => {
      if (isWrapped(stored))
        return readHidden(unwrap(stored, encryptKeys, sealedFor(job, stored.merges === true), maxUnpackedBytes))
      if (stored.types !== true || !Array.isArray(stored.args)) throw malformed('the payload has no arguments')
      return { args: untagTypes(stored.args) as unknown[] }
    })
    const isMoved = signKeys.length > 0 && job.sealedFor !== undefined
    if (!isMoved || decoded.kind !== 'envelope' || decoded.envelope.merges === true) return decoded
    return unreadableAs(refused('it belongs to another job'))
  }

  /**
   * A stored envelope with other arguments, and all else as it was: encrypted where it was encrypted.
   *
   * @throws TaskqError as {@link encodeEnvelope}, and where the stored one cannot be read: nothing is signed anew then
   */
  replaceArgs(job: JobIdentity, text: string, args: readonly unknown[], limits: PayloadLimits): string {
    const decoded = this.decodeEnvelope(job, text)
    if (decoded.kind === 'missing-key') throw keyMissing('codec.encrypt.keys', decoded.keyId)
    if (decoded.kind === 'later-version') throw malformed('the payload is of a later taskq')
    if (decoded.kind !== 'envelope') throw decoded.error
    const { key } = JSON.parse(text) as { key?: unknown }
    return this.encodeEnvelope(job, { ...decoded.envelope, args }, limits, {
      encrypt: typeof key === 'string',
    })
  }

  /** Writes what a task returned. Never throws: the work is done, and running it again would double it. */
  encodeResult(jobId: string, value: unknown, wanted?: TaskCodecOptions): EncodedResult {
    const { maxResultBytes, signKeys } = this.options
    const outgrown = outgrownResult(value, maxResultBytes)
    if (outgrown !== undefined) return { stored: null, tooLargeBytes: outgrown }
    const ways = this.#waysFor(wanted)
    const encoded =
      ways === undefined && signKeys.length === 0
        ? encodeResult(value)
        : this.#results.encode(jobId, value, ways ?? STRICT_WAYS)
    const bytes = encoded.large === undefined ? 0 : Buffer.byteLength(encoded.large)
    return bytes > maxResultBytes ? { stored: null, tooLargeBytes: bytes } : encoded
  }

  /** Reads a stored result; `undefined` stays `undefined`. @throws TaskqError as {@link decodeLarge} */
  decodeResult(jobId: string, stored: unknown): DecodedResult {
    return this.#results.decode(jobId, stored)
  }

  /**
   * Reads a result that is kept in a key of its own.
   *
   * @param stored what is in its place with the job
   * @throws TaskqError `TASKQ_PAYLOAD_KEY_MISSING`, `TASKQ_PAYLOAD_REFUSED`, `TASKQ_PAYLOAD_MALFORMED`
   */
  decodeLarge(jobId: string, stored: unknown, text: string): unknown {
    return this.#results.decodeLarge(jobId, stored, text)
  }

  /** What a task reports of its run, as it is stored. @throws TypeError for what JSON cannot write */
  encodeProgress(jobId: string, value: unknown, wanted?: TaskCodecOptions): unknown {
    const ways = this.#waysFor(wanted)
    return this.#results.encodeProgress(jobId, value, ways ?? STRICT_WAYS)
  }

  /** Reads reported progress. @throws TaskqError as {@link decodeLarge} */
  decodeProgress(jobId: string, stored: unknown): unknown {
    return this.#results.decodeProgress(jobId, stored)
  }

  #waysFor(wanted: TaskCodecOptions | undefined, task?: string): Ways | undefined {
    const isUnset = wanted?.types === undefined && wanted?.compress === undefined && wanted?.encrypt === undefined
    return isUnset ? this.#ways : waysOf(this.options, wanted ?? {}, task)
  }
}

/** Makes a codec of the config's `codec`. Without one, all is strict JSON. */
export const createCodec = (options: CodecOptions = STRICT_JSON): Codec => new Codec(options)

/** Reading a value may throw: a getter does, or a proxy. That is told of by who writes it. */
function outgrownResult(value: unknown, maxBytes: number): number | undefined {
  try {
    return outgrows(value, maxBytes)
  } catch {
    return undefined
  }
}

const STRICT_WAYS: Ways = { types: false, compressAbove: undefined, encryptKey: undefined }

/** How a task's values are written; undefined for strict JSON. */
function waysOf(options: CodecOptions, wanted: TaskCodecOptions, task?: string): Ways | undefined {
  const types = wanted.types ?? options.types
  const isCompressed = wanted.compress ?? options.compressAbove !== undefined
  const isEncrypted = wanted.encrypt ?? options.encryptKeys.length > 0
  if (!types && !isCompressed && !isEncrypted) return undefined
  const [encryptKey] = options.encryptKeys
  if (isEncrypted && encryptKey === undefined) throw noKey(task)
  return {
    types,
    compressAbove: isCompressed ? (options.compressAbove ?? COMPRESS_ABOVE_BYTES) : undefined,
    encryptKey: isEncrypted ? encryptKey : undefined,
  }
}

function encodeWrapped(job: JobIdentity, draft: EnvelopeDraft, limits: PayloadLimits, ways: Ways): string {
  const { args: given, context, ...clear } = draft
  const args = sentArgs(given)
  refuseOutgrown(job.task, args, limits)
  const { value, isTyped } = ways.types ? typedValue(args) : { value: args, isTyped: false }
  if (!isTyped && ways.encryptKey === undefined && ways.compressAbove === undefined)
    return encodeEnvelope(job.task, draft, limits)
  const inexact = findInexact(value, 'args')
  if (inexact !== undefined) throw notJson(job.task, inexact, ways.types ? TYPES_HINT : JSON_HINT)
  const hidden = JSON.stringify(context === undefined ? [value] : [value, context])
  refuseTooLarge(job.task, hidden, limits)
  const wrapped = wrap(hidden, isTyped, ways, sealedFor(job, draft.merges === true))
  if (wrapped !== undefined) return JSON.stringify({ ...clear, v: WRAPPED_VERSION, ...wrapped })
  if (!isTyped) return encodeEnvelope(job.task, draft, limits)
  return JSON.stringify({ ...clear, context, v: WRAPPED_VERSION, types: true, args: value })
}

const JSON_HINT = 'Arguments travel as JSON; send only what JSON keeps as it is, or switch codec.types on.'
const TYPES_HINT = 'Beside JSON, Date, BigInt, Map, Set, Buffer, Uint8Array and URL travel, and nothing else.'

function readHidden(hidden: unknown): Pick<Envelope, 'args' | 'context'> {
  const [args, context] = Array.isArray(hidden) ? (hidden as [unknown, unknown]) : []
  if (!Array.isArray(args)) throw malformed('the payload has no arguments')
  const isRecord = typeof context === 'object' && context !== null && !Array.isArray(context)
  return { args, ...(isRecord && { context: context as Readonly<Record<string, unknown>> }) }
}

const signedFor = ({ id, task, sealedFor = id }: JobIdentity): Belonging => ['job', sealedFor, task]

/** Calls that may merge have a purpose of their own: nobody can make another call's payload one of them. */
const sealedFor = ({ id, task, sealedFor = id }: JobIdentity, merges: boolean): Belonging =>
  merges ? ['call', sealedFor, task] : ['job', id, task]
