import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import type { RedisBroker } from '../config/resolved-config.js'

/** A connection to Redis: one server, the master that Sentinels name, or a Cluster. */
export type Connection = Redis | Cluster

/**
 * What a connection is for.
 *
 * - `client`: short commands of callers. A command that was cut off is not sent again by itself, and none
 *   is queued while the broker is away: the caller decides, within its deadline.
 * - `worker`: the commands of a worker. They wait for the broker to come back.
 */
export type ConnectionRole = 'client' | 'worker'

/** Makes a connection; it starts to connect when it is first used, or by {@link openConnection}. */
export function createConnection(broker: RedisBroker, role: ConnectionRole): Connection {
  const options = redisOptions(broker, role, (error) => connection.emit(STALE, error))
  const connection = connect(broker, role, options)
  return connection
}

function connect(broker: RedisBroker, role: ConnectionRole, options: LegacyReplies<RedisOptions>): Connection {
  const nodes = broker.nodes.map(({ host, port }) => ({ host, port }))
  if (broker.mode === 'cluster') return new Cluster(nodes, clusterOptions(options, role))
  if (broker.mode === 'single') return new Redis({ ...options, ...nodes[0] })
  const { master, sentinelPassword } = broker
  return new Redis({
    ...options,
    sentinels: nodes,
    name: master ?? 'mymaster',
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  })
}

/** Replies as they always were: arrays, whatever the protocol's version. */
type LegacyReplies<Options> = Options & { replyMapping: 'legacy' }
type LegacyClusterOptions = LegacyReplies<Omit<ClusterOptions, 'redisOptions'>> & {
  redisOptions: LegacyReplies<RedisOptions>
}

function redisOptions(
  broker: RedisBroker,
  role: ConnectionRole,
  onStale: (error: Error) => void,
): LegacyReplies<RedisOptions> {
  const { username, password, db, tls } = broker
  return {
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: 5000,
    retryStrategy: reconnectDelayMs,
    // Reconnect and send the command again (2), else errors storm.
    reconnectOnError: (error) => {
      if (!isStale(error)) return false
      onStale(error)
      return 2
    },
    enableOfflineQueue: role === 'worker',
    autoResendUnfulfilledCommands: role === 'worker',
    // 0: what was cut off is handed back at once. null: it waits for the next connection.
    maxRetriesPerRequest: role === 'worker' ? null : 0,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls: { ...tls } }),
    ...(db !== 0 && { db }),
  }
}

function clusterOptions(redisOptions: LegacyReplies<RedisOptions>, role: ConnectionRole): LegacyClusterOptions {
  return {
    replyMapping: 'legacy',
    redisOptions,
    lazyConnect: true,
    enableOfflineQueue: role === 'worker',
    clusterRetryStrategy: reconnectDelayMs,
  }
}

/** From 0.2 s to 5 s with full jitter, so that a fleet does not come back in one moment. */
function reconnectDelayMs(times: number): number {
  return 200 + Math.random() * Math.min(4800, 200 * 2 ** Math.min(times, 10))
}

/** The event of a connection that tells the answer of a server for which {@link isStale} holds. */
export const STALE = 'stale'

/** Whether it is the answer of a master that became a replica, or still loads: another, or a later one, will do. */
export const isStale = (error: Error): boolean => /^(READONLY|LOADING|MASTERDOWN|UNBLOCKED)/.test(error.message)
