import type { KeyObject } from 'node:crypto'

/** How jobs and results are written, and what can be read: the config's `codec`, checked. */
export interface CodecOptions {
  readonly types: boolean
  /** What is larger, in bytes of JSON, is compressed; undefined where nothing is. */
  readonly compressAbove: number | undefined
  /** The first encrypts, all decrypt; none where nothing is encrypted. */
  readonly encryptKeys: readonly CodecKey[]
  /** The first signs, all are believed; none where nothing is signed. */
  readonly signKeys: readonly CodecKey[]
  /** Whether what has no signature is refused, where there are keys to sign with. */
  readonly signatureRequired: boolean
  /** A job's payload is unpacked to so many bytes of JSON at the most: a few bytes could claim to be any number. */
  readonly maxUnpackedBytes: number
  /** A result of more bytes of JSON is not kept: its job has failed. */
  readonly maxResultBytes: number
}

/** A key, and the name under which what was written with it says so. No console and no JSON shows its bytes. */
export interface CodecKey {
  readonly id: string
  readonly key: KeyObject
}

/** Strict JSON, and nothing else. */
export const STRICT_JSON: CodecOptions = Object.freeze({
  types: false,
  compressAbove: undefined,
  encryptKeys: [],
  signKeys: [],
  signatureRequired: true,
  maxUnpackedBytes: 1_048_576,
  maxResultBytes: Number.POSITIVE_INFINITY,
})

/** What is smaller gains nothing by compression. */
export const COMPRESS_ABOVE_BYTES = 1024
