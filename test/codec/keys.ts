import { createSecretKey } from 'node:crypto'
import { Codec } from '../../src/codec/codec.js'
import { type CodecKey, type CodecOptions, STRICT_JSON } from '../../src/codec/codec-options.js'

/** A key of its name, the same each time. */
export const keyNamed = (id: string): CodecKey => ({ id, key: createSecretKey(Buffer.alloc(32, id)) })

export const codecOf = (options: Partial<CodecOptions>): Codec => new Codec({ ...STRICT_JSON, ...options })

export const NO_LIMIT = { maxBytes: Number.POSITIVE_INFINITY }
