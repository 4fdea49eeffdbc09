import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CodecKey } from './codec-options.js'
import { keyMissing, refused } from './unreadable.js'

/** What a text is for, and whose it is: it is worth nothing in another place. */
export type Belonging = readonly [purpose: 'job' | 'call' | 'result' | 'progress', ...names: string[]]

/** `KEY.MAC` by the first key: HMAC-SHA256 over what the text is for, whose it is, and each of its bytes. */
export function signatureOf(text: string, owner: Belonging, [first]: readonly CodecKey[]): string {
  if (first === undefined) throw new Error('there is no key to sign with')
  return `${first.id}.${macOf(text, owner, first)}`
}

/** @throws TaskqError `TASKQ_PAYLOAD_REFUSED` for a wrong signature, `TASKQ_PAYLOAD_KEY_MISSING` for one by an unknown key */
export function checkSignature(signature: string, text: string, owner: Belonging, keys: readonly CodecKey[]): void {
  const [, keyId = '', mac = ''] = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(signature) ?? []
  if (mac === '') throw refused('its signature is none')
  const key = keys.find(({ id }) => id === keyId)
  if (key === undefined) throw keyMissing('codec.sign.keys', keyId)
  const wanted = Buffer.from(macOf(text, owner, key))
  if (!timingSafeEqual(wanted, Buffer.from(mac))) throw refused('its signature is wrong')
}

function macOf(text: string, owner: Belonging, { key }: CodecKey): string {
  // JSON ends where it ends: no two of these begin alike but where owner and text are the same.
  return createHmac('sha256', key)
    .update(JSON.stringify(['taskq', ...owner]))
    .update(text)
    .digest('base64url')
}

const FIRST = '{"sig":"'
const SIGNED = /^\{"sig":"([^"\\]{1,200})",/

/** Puts a signature into the text of an object, first of all. */
export const signText = (text: string, owner: Belonging, keys: readonly CodecKey[]): string =>
  `${FIRST}${signatureOf(text, owner, keys)}",${text.slice(1)}`

/**
 * Checks what {@link signText} made.
 *
 * @throws TaskqError as {@link checkSignature}; `TASKQ_PAYLOAD_REFUSED` also where there is none and one is required
 */
export function checkSignedText(text: string, owner: Belonging, keys: readonly CodecKey[], isRequired: boolean): void {
  const found = SIGNED.exec(text)
  if (found !== null) checkSignature(found[1] ?? '', `{${text.slice(found[0].length)}`, owner, keys)
  else if (isRequired) throw refused('it has no signature')
}
