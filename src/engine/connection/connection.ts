import { Cluster, type ClusterOptions, type Redis, type RedisOptions } from 'ioredis'
import type { RedisBroker } from '../../config/resolved-config.js'
import { Reconnects } from './reconnects.js'
import { SILENT, SilenceWatch } from './silence-watch.js'
import { WatchedRedis } from './watched-redis.js'

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
  const reconnects = new Reconnects()
  const options = redisOptions(broker, role, reconnects, (error) => connection.emit(STALE, error))
  const connection = connect(broker, role, options, reconnects)
  return connection
}

function connect(
  broker: RedisBroker,
  role: ConnectionRole,
  options: LegacyReplies<RedisOptions>,
  reconnects: Reconnects,
): Connection {
  const nodes = broker.nodes.map(({ host, port }) => ({ host, port }))
  const watch = role === 'worker' ? 'always' : 'handshake'
  if (broker.mode === 'cluster') return watchNodes(new Cluster(nodes, clusterOptions(options, role, reconnects)), watch)
  if (broker.mode === 'single') return new WatchedRedis({ ...options, ...nodes[0] }, watch)
  const { master, sentinelPassword } = broker
  const sentinel = {
    sentinels: nodes,
    name: master ?? 'mymaster',
    // It may stand on the machine that froze.
    sentinelCommandTimeout: 2000,
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  }
  return new WatchedRedis({ ...options, ...sentinel }, watch)
}

function watchNodes(cluster: Cluster, watch: 'always' | 'handshake'): Cluster {
  return cluster.on('+node', (node: Redis) => {
    new SilenceWatch(node, watch)
    node.on(SILENT, (silentMs) => cluster.emit(SILENT, silentMs))
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
  reconnects: Reconnects,
  onStale: (error: Error) => void,
): LegacyReplies<RedisOptions> {
  const { username, password, db, tls } = broker
  return {
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: 5000,
    // A goodbye to a server that is silent is not waited for.
    disconnectTimeout: 500,
    keepAlive: 10_000,
    retryStrategy: (times) => reconnects.delayMs(times),
    // Reconnect and send the command again (2), else errors storm.
    reconnectOnError: (error) => {
      if (!isStale(error)) return false
      reconnects.noteRefusal()
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

function clusterOptions(
  redisOptions: LegacyReplies<RedisOptions>,
  role: ConnectionRole,
  reconnects: Reconnects,
): LegacyClusterOptions {
  return {
    replyMapping: 'legacy',
    redisOptions,
    lazyConnect: true,
    enableOfflineQueue: role === 'worker',
    clusterRetryStrategy: (times) => reconnects.delayMs(times),
    // Else each command is tried again ten times a second.
    retryDelayOnClusterDown: 1000,
  }
}

/** The event of a connection that tells the answer of a server for which {@link isStale} holds. */
export const STALE = 'stale'

/** Whether it is the answer of a master that became a replica, or still loads: another, or a later one, will do. */
export const isStale = (error: Error): boolean => /^(READONLY|LOADING|MASTERDOWN|UNBLOCKED)/.test(error.message)
