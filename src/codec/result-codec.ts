import type { CodecOptions } from './codec-options.js'
import {
  type DecodedResult,
  type EncodedResult,
  findInexactResult,
  isLarge,
  type StoredResult,
  stringifyResult,
} from './result.js'
import { type Belonging, checkSignature, signatureOf } from './signature.js'
import { tagTypes, untagTypes } from './tagged-json.js'
import { type Typed, typedValue } from './typed-value.js'
import { malformed, refused } from './unreadable.js'
import { isWrapped, unwrap, type Ways, type Wrapped, wrap } from './wrapping.js'

/** A result that is more than JSON: with types, wrapped, signed. */
type Dressed = ({ readonly value: unknown; readonly types?: true } | Wrapped) & { readonly sig?: string }

/** The key of progress that is encrypted, and of progress with types. */
const SEALED = '$sealed'
const TYPED = '$typed'

/** Results and progress, written and read in the ways of a codec. They are bound to their job's id. */
export class ResultCodec {
  constructor(private readonly options: CodecOptions) {}

  encode(jobId: string, value: unknown, ways: Ways): EncodedResult {
    if (value === undefined) return { stored: null }
    const typed = typedResult(value, ways)
    const inexact = findInexactResult(typed.value)
    const json = stringifyResult(typed.value, inexact)
    const told = inexact && { inexact }
    if (json === undefined) return { stored: null, ...told }
    const dressed = this.#dress(json, typed.isTyped, ways, ['result', jobId])
    const text = JSON.stringify(dressed)
    if (!isLarge(text)) return { stored: dressed as StoredResult, ...told }
    return { stored: { elsewhere: true, dressed: true }, large: text, ...told }
  }

  decode(jobId: string, stored: unknown): DecodedResult {
    if (typeof stored !== 'object' || stored === null) return { value: undefined }
    if ('elsewhere' in stored) return { elsewhere: true }
    return { value: this.#undress(stored, ['result', jobId]) }
  }

  decodeLarge(jobId: string, stored: unknown, text: string): unknown {
    const value = parse(text)
    const isDressed = (stored as { dressed?: unknown } | undefined)?.dressed === true
    if (!isDressed || typeof value !== 'object' || value === null) return this.#undress({ value }, ['result', jobId])
    return this.#undress(value, ['result', jobId])
  }

  encodeProgress(jobId: string, value: unknown, ways: Ways): unknown {
    const typed = typedResult(value, ways)
    const json = ways.encryptKey === undefined ? undefined : JSON.stringify(typed.value)
    if (json !== undefined) return { [SEALED]: wrap(json, typed.isTyped, ways, ['progress', jobId]) }
    if (typed.isTyped) return { [TYPED]: typed.value }
    // What looks like what is written here is not to be taken for it.
    return onlyKeyOf(value) === undefined ? value : { [TYPED]: tagTypes(JSON.parse(JSON.stringify(value))) }
  }

  decodeProgress(jobId: string, stored: unknown): unknown {
    if (typeof stored !== 'object' || stored === null) return stored
    const { [SEALED]: sealed, [TYPED]: typed } = stored as { [SEALED]?: unknown; [TYPED]?: unknown }
    if (onlyKeyOf(stored) === undefined) return stored
    if (typed !== undefined) return untagTypes(typed)
    if (typeof sealed !== 'object' || sealed === null || !isWrapped(sealed)) return stored
    return unwrap(sealed, this.options.encryptKeys, ['progress', jobId])
  }

  #dress(json: string, isTyped: boolean, ways: Ways, owner: Belonging): Dressed {
    const { signKeys } = this.options
    const bare = wrap(json, isTyped, ways, owner) ?? {
      value: JSON.parse(json),
      ...(isTyped && { types: true as const }),
    }
    return signKeys.length === 0 ? bare : { ...bare, sig: signatureOf(JSON.stringify(bare), owner, signKeys) }
  }

  #undress(stored: object, owner: Belonging): unknown {
    this.#checkSignature(stored, owner)
    if (isWrapped(stored)) return unwrap(stored, this.options.encryptKeys, owner)
    const { value, types } = stored as { value?: unknown; types?: unknown }
    return types === true ? untagTypes(value) : value
  }

  #checkSignature(stored: object, owner: Belonging): void {
    const { signKeys, signatureRequired } = this.options
    if (signKeys.length === 0) return
    const { sig, ...bare } = stored as { sig?: unknown }
    if (typeof sig === 'string') checkSignature(sig, JSON.stringify(bare), owner, signKeys)
    else if (signatureRequired) throw refused('the result has no signature')
  }
}

/** The key of a record that has no other, where it is one of ours. */
function onlyKeyOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const [only, ...others] = Object.keys(value)
  return others.length === 0 && (only === SEALED || only === TYPED) ? only : undefined
}

/** What cannot be read, or is so deep that tags would not be read again, stays as it is; it is told of as inexact. */
function typedResult(value: unknown, ways: Ways): Typed {
  try {
    return ways.types ? typedValue(value) : { value, isTyped: false }
  } catch {
    return { value, isTyped: false }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('the result is not JSON', cause)
  }
}
