import { readTime } from './broker-time.js'
import type { Connection } from './connection.js'

/** What the broker says of itself, as far as it matters to jobs. */
export interface BrokerInfo {
  readonly server: 'redis' | 'valkey' | 'other'
  readonly version: string
  readonly maxmemoryPolicy: string | undefined
  readonly aof: boolean
  /** Whether snapshots (RDB) are written by a schedule. */
  readonly snapshots: boolean | undefined
  readonly role: string
  /** The broker's clock less ours, in milliseconds, give or take half a round trip. */
  readonly clockSkewMs: number
  readonly pingMs: number
}

/** A sign of life of the broker. */
export interface BrokerPulse {
  /** Its time, in milliseconds since 1970. */
  readonly at: number
  /** How long it took to answer. */
  readonly pingMs: number
}

/** Asks the broker for its time: the cheapest that can be asked. */
export async function readBrokerPulse(connection: Connection): Promise<BrokerPulse> {
  const startedAt = performance.now()
  const at = Math.floor(await readTime(connection))
  return { at, pingMs: performance.now() - startedAt }
}

/** Asks the broker. What its user may not ask (CONFIG) stays undefined. */
export async function readBrokerInfo(connection: Connection): Promise<BrokerInfo> {
  const startedAt = performance.now()
  const before = Date.now()
  const toldMs = await readTime(connection)
  const pingMs = performance.now() - startedAt
  const info = parseInfo(await connection.info())
  return {
    server: info.has('valkey_version') ? 'valkey' : info.has('redis_version') ? 'redis' : 'other',
    version: info.get('valkey_version') ?? info.get('redis_version') ?? 'unknown',
    maxmemoryPolicy: info.get('maxmemory_policy') ?? (await readSetting(connection, 'maxmemory-policy')),
    aof: info.get('aof_enabled') === '1',
    snapshots: await readSetting(connection, 'save').then((save) => (save === undefined ? undefined : save !== '')),
    role: info.get('role') ?? 'unknown',
    clockSkewMs: toldMs - (before + pingMs / 2),
    pingMs,
  }
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => line.trim().split(':', 2))
  return new Map(lines.filter((pair): pair is [string, string] => pair.length === 2))
}

async function readSetting(connection: Connection, name: string): Promise<string | undefined> {
  try {
    const reply = (await connection.config('GET', name)) as string[]
    return reply[1]
  } catch {
    return undefined
  }
}
