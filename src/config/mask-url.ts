/** Stands for a secret. */
export const MASK = '***'
// Greedy, and over spaces and quotes: a password may hold anything, and too much hidden is the safe side.
const WITH_SECRET = /([a-z][a-z0-9+.-]*:\/\/)([\s\S]*)@/gi
const QUERY = /([a-z][a-z0-9+.-]*:\/\/[^\s"'`?#]*)[?#][^\s"'`]*/gi

/**
 * Shows a URL without its password: `redis://app:s3cret@host/0` → `redis://app:***@host/0`. What follows
 * `?` or `#` is masked too. Works on malformed URLs and on URLs inside a longer text; a text with an `@`
 * but no `://` loses everything before the `@`.
 */
export function maskUrl(text: string): string {
  if (!text.includes('://')) return text.includes('@') ? `${MASK}${text.slice(text.lastIndexOf('@'))}` : text
  return text
    .replace(WITH_SECRET, (_, scheme: string, login: string) => `${scheme}${maskLogin(login)}@`)
    .replace(QUERY, `$1?${MASK}`)
}

// Only the first colon parts user and password: a password may hold more of them, and `@` and `/`.
function maskLogin(login: string): string {
  const colon = login.indexOf(':')
  if (colon === -1 || colon === login.length - 1) return MASK
  return `${login.slice(0, colon)}:${MASK}`
}

/**
 * Masks the URLs in a message, and leaves the rest of it alone: `cannot reach redis://app:s3cret@host`.
 * Names of files and packages, `file:///…/@scope/name` among them, stay as they are.
 */
export const maskUrlsIn = (message: string): string =>
  message
    .replace(NOT_A_FILE, (_, scheme: string, login: string) => `${scheme}${maskLogin(login)}@`)
    .replace(REDIS_QUERY, `$1?${MASK}`)

const NOT_A_FILE = /\b(?!file:)([a-z][a-z0-9+.-]*:\/\/)([\s\S]*)@/gi
const REDIS_QUERY = /(rediss?:\/\/[^\s"'`?#]*)[?#][^\s"'`]*/gi
