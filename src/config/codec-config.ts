/** How arguments and results travel; docs/guides/payloads.md explains it. A task's `codec` option wins for its jobs. */
export interface CodecConfig {
  /** Also `Date`, `BigInt`, `Map`, `Set`, `Buffer`, `Uint8Array` and `URL` travel. Default false: JSON, and nothing else. */
  readonly types?: boolean
  /** Compress what is larger than that, in bytes of JSON; true for 1,024. Default false. */
  readonly compress?: boolean | { readonly above: number }
  /** Encrypt arguments, context, results and progress by AES-256-GCM. The first key encrypts, all decrypt. */
  readonly encrypt?: { readonly keys: readonly CodecKeyConfig[] } | undefined
  /**
   * Sign jobs and results by HMAC-SHA256. The first key signs, all are believed. What has no signature, or a wrong one,
   * is refused; with `required: false`, for the time in which signing is introduced, only a wrong one is.
   */
  readonly sign?: { readonly keys: readonly CodecKeyConfig[]; readonly required?: boolean } | undefined
}

/** A key of 32 bytes, and its name. */
export interface CodecKeyConfig {
  /** Stored with what is written with the key, in the clear: `'2026-11'`. */
  readonly id: string
  /** 32 bytes, as base64 (`openssl rand -base64 32`), as hex, or as they are. A secret: not for the repository. */
  readonly key: string | Uint8Array | undefined
}
