import { createSecretKey } from 'node:crypto'
import { COMPRESS_ABOVE_BYTES, type CodecKey, type CodecOptions } from '../codec/codec-options.js'
import type { CodecConfig, CodecKeyConfig } from './codec-config.js'
import type { SettingKey } from './defaults.js'

export const KEY_BYTES = 32

/** A key's bytes; undefined where they are not {@link KEY_BYTES}. */
export function keyBytes(written: unknown): Uint8Array | undefined {
  const bytes = written instanceof Uint8Array ? written : typeof written === 'string' ? textBytes(written) : undefined
  return bytes?.length === KEY_BYTES ? bytes : undefined
}

/** Of 64 hex digits nothing else can be meant: they are 48 bytes of base64. */
function textBytes(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined
}

/** Makes the codec's options of checked settings. */
export function resolveCodec(settings: Readonly<Record<SettingKey, unknown>>): CodecOptions {
  const compress = settings['codec.compress'] as CodecConfig['compress']
  const encrypt = settings['codec.encrypt'] as CodecConfig['encrypt']
  const sign = settings['codec.sign'] as CodecConfig['sign']
  return {
    types: settings['codec.types'] === true,
    compressAbove: typeof compress === 'object' ? compress.above : compress === true ? COMPRESS_ABOVE_BYTES : undefined,
    encryptKeys: encrypt?.keys.map(resolveKey) ?? [],
    signKeys: sign?.keys.map(resolveKey) ?? [],
    signatureRequired: sign?.required ?? true,
    maxResultBytes: Number(settings['results.max']),
    maxUnpackedBytes: UNPACKED_FACTOR * Number(settings['payload.max']),
  }
}

/** Producers may have a higher `payload.max`, or had one when they wrote a job. */
const UNPACKED_FACTOR = 4

/** A key object shows its bytes to nobody who prints or logs the configuration. */
function resolveKey({ id, key }: CodecKeyConfig): CodecKey {
  const bytes = keyBytes(key)
  if (bytes === undefined) throw new Error('a key changed while it was read')
  return { id, key: createSecretKey(bytes) }
}
