import { readTime } from '../clock/broker-time.js'
import type { Connection } from './connection.js'
import { settlePipeline } from './run-pipeline.js'

/** What the broker says of itself, as far as it matters to jobs. What its user may not ask for is undefined. */
export interface BrokerInfo {
  readonly server: 'redis' | 'valkey' | 'other'
  readonly version: string
  readonly maxmemoryPolicy: string | undefined
  /** Bytes, from which on the policy counts; 0 for never. */
  readonly maxmemory: number | undefined
  readonly aof: boolean | undefined
  /** Whether snapshots (RDB) are written by a schedule. */
  readonly snapshots: boolean | undefined
  readonly role: string
  /** How many replicas are connected; undefined where it does not say. */
  readonly replicas: number | undefined
  /** For how long the server has run. */
  readonly uptimeSeconds: number | undefined
  /** Whether it is a node of a Cluster. */
  readonly clustered: boolean
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

/** Asks the broker, in two trips: one for its time alone, which a long answer would blur. */
export async function readBrokerInfo(connection: Connection): Promise<BrokerInfo> {
  const startedAt = performance.now()
  const before = Date.now()
  const toldMs = await readTime(connection)
  const pingMs = performance.now() - startedAt
  const [text, policy, save] = await readAll(connection)
  const info = parseInfo(text)
  return {
    server: info.has('valkey_version') ? 'valkey' : info.has('redis_version') ? 'redis' : 'other',
    version: info.get('valkey_version') ?? info.get('redis_version') ?? 'unknown',
    maxmemoryPolicy: info.get('maxmemory_policy') ?? policy,
    maxmemory: numberOf(info.get('maxmemory')),
    aof: info.has('aof_enabled') ? info.get('aof_enabled') === '1' : undefined,
    snapshots: save === undefined ? undefined : save !== '',
    role: info.get('role') ?? 'unknown',
    replicas: numberOf(info.get('connected_slaves')),
    uptimeSeconds: numberOf(info.get('uptime_in_seconds')),
    clustered: info.get('cluster_enabled') === '1',
    clockSkewMs: toldMs - (before + pingMs / 2),
    pingMs,
  }
}

/** INFO, and two settings that it does not tell of everywhere. */
async function readAll(connection: Connection): Promise<[string, ...(string | undefined)[]]> {
  const pipeline = connection.pipeline().info()
  const replies = await settlePipeline(pipeline.config('GET', 'maxmemory-policy').config('GET', 'save'))
  const [info, policy, save] = replies.map((reply) => (reply instanceof Error ? undefined : reply))
  return [typeof info === 'string' ? info : '', settingIn(policy), settingIn(save)]
}

const settingIn = (reply: unknown): string | undefined => (Array.isArray(reply) ? reply[1] : undefined)

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => line.trim().split(':', 2))
  return new Map(lines.filter((pair): pair is [string, string] => pair.length === 2))
}
