import { z } from 'zod'
import type { Problem } from '../errors/problems.js'
import { KEY_BYTES, keyBytes } from './resolve-codec.js'
import { leaf, list } from './schema-leaves.js'

const MAX_ABOVE = 536_870_912

const flag = leaf<boolean>((value) => typeof value === 'boolean', 'true or false')

const KEY = z.strictObject({
  id: leaf<string>(
    (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
    'a name (letters, digits, "_", "-"; at most 64)',
  ),
  key: leaf<string | Uint8Array>(
    (value) => keyBytes(value) !== undefined,
    `${KEY_BYTES} bytes as base64, such as openssl rand -base64 ${KEY_BYTES} makes, or as hex`,
  ),
})

const KEYS = list(KEY, 'a list such as [{ id: "2026-11", key: process.env.PAYLOAD_KEY }]')

/** The part of the configuration's schema that is about how payloads travel. */
export const CODEC = z.strictObject({
  types: flag.optional(),
  compress: leaf<boolean | { above: number }>(
    isCompress,
    'true, false, or an object such as { above: 4096 }',
  ).optional(),
  encrypt: z.strictObject({ keys: KEYS }).optional(),
  sign: z.strictObject({ keys: KEYS, required: flag.optional() }).optional(),
})

function isCompress(value: unknown): boolean {
  if (typeof value === 'boolean') return true
  if (typeof value !== 'object' || value === null) return false
  const { above, ...rest } = value as { above?: unknown }
  return Number.isInteger(above) && (above as number) >= 0 && (above as number) <= MAX_ABOVE && !hasKeys(rest)
}

const hasKeys = (value: object): boolean => Object.keys(value).length > 0

/** What the schema cannot say: each key needs a name of its own. */
export function codecProblems(codec: unknown): Problem[] {
  const { encrypt, sign } = (codec ?? {}) as { encrypt?: { keys?: unknown }; sign?: { keys?: unknown } }
  return [...sameIds('codec.encrypt.keys', encrypt?.keys), ...sameIds('codec.sign.keys', sign?.keys)]
}

function sameIds(path: string, keys: unknown): Problem[] {
  if (!Array.isArray(keys)) return []
  const ids = keys.map((key: { id?: unknown } | undefined) => key?.id)
  return ids.flatMap((id, index) =>
    typeof id === 'string' && ids.indexOf(id) < index
      ? [{ key: `${path}[${index}].id`, expected: 'another name than the keys before it', got: 'one of theirs' }]
      : [],
  )
}
