/** What a broker's URL says. */
export interface BrokerUrl {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number | undefined
  readonly tls: boolean
}

const DEFAULT_PORT = 6379
const DATABASE = /^\/?(\d{1,4})?$/

/** Parses `redis://[user[:password]@]host[:port][/db]` and `rediss://…`; undefined for anything else. */
export function parseBrokerUrl(text: unknown): BrokerUrl | undefined {
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:')) return undefined
  const database = DATABASE.exec(url.pathname)
  if (url.hostname === '' || url.search !== '' || url.hash !== '' || database === null) return undefined
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    username: decode(url.username),
    password: decode(url.password),
    db: database[1] === undefined ? undefined : Number(database[1]),
    tls: url.protocol === 'rediss:',
  }
}

/** Whether {@link parseBrokerUrl} takes it. */
export const isBrokerUrl = (text: unknown): boolean => parseBrokerUrl(text) !== undefined

// Passwords are often pasted without %-encoding: what cannot be decoded is taken as it stands.
function decode(part: string): string | undefined {
  if (part === '') return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
