import { z } from 'zod'
import type { Problem } from '../errors/problems.js'
import { OptionReader } from '../task/options/option-reader.js'
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

/** What `encrypt` and `sign` are. */
export const KEYS_FORM = 'an object such as { keys: [{ id: "2026-11", key: process.env.PAYLOAD_KEY }] }'

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

/** Of an object it is told below which of its keys is wrong. */
function isCompress(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value))
}

/** What the schema cannot say: each key needs a name of its own; and what is wrong inside of `compress`. */
export function codecProblems(codec: unknown): Problem[] {
  const { compress, encrypt, sign } = (codec ?? {}) as {
    compress?: unknown
    encrypt?: { keys?: unknown }
    sign?: { keys?: unknown }
  }
  return [
    ...compressProblems(compress),
    ...sameIds('codec.encrypt.keys', encrypt?.keys),
    ...sameIds('codec.sign.keys', sign?.keys),
  ]
}

function compressProblems(compress: unknown): Problem[] {
  if (!isCompress(compress) || typeof compress === 'boolean') return []
  const reader = new OptionReader(compress as object, 'codec.compress')
  reader.refuseUnknown(['above'])
  reader.wholeNumber('above', 0, MAX_ABOVE)
  if (reader.value('above') === undefined && reader.problems.length === 0)
    reader.refuse('above', 'a number of bytes', 'nothing')
  return reader.problems
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
