import type { RedisQueueBackend } from 'bullmq'
import { createRedisBackend } from 'bullmq/dist/cjs/utils/create-backend.js'
import type { Connection } from './connection/connection.js'

/** What BullMQ's scripts are told of the worker that calls them. */
export interface BackendOptions {
  /** How long a job belongs to a worker that gives no sign of life. */
  readonly lockDuration?: number
  /** How often jobs without a lock are looked for. */
  readonly stalledInterval?: number
  readonly maxStalledCount?: number
  /** The worker's name, kept with each job that it takes. */
  readonly name?: string
}

/**
 * BullMQ's operations on one queue, over our connection. With `blocking`, a second connection of its own
 * waits for jobs.
 */
export function createBackend(
  queue: string,
  connection: Connection,
  prefix: string,
  { blocking = false, ...worker }: BackendOptions & { blocking?: boolean } = {},
): RedisQueueBackend {
  const options = { connection, prefix, skipWaitingForReady: true, skipVersionCheck: true, ...worker }
  const backend = createRedisBackend(queue, options as never, { withBlockingConnection: blocking })
  return backend as RedisQueueBackend
}

/** Above the longest wait (10 s): a server that says nothing for longer is not there, though the connection is. */
const SILENCE_MS = 12_000

/**
 * Makes a backend's waiting connection fit for it, once it is ready.
 *
 * It may wait for less than a second, so that jobs start when they are due: BullMQ rounds waits up to whole seconds, as
 * Redis 5 needs, where it has not asked for the version; ours is 6.2 at least. And it notices a server that has gone
 * silent. (The main connection is watched by the heartbeat instead: a timer per reply costs there.)
 */
export async function prepareWaiting(backend: RedisQueueBackend): Promise<void> {
  const { blockingConnection } = backend as unknown as { blockingConnection?: { capabilities: object } }
  if (blockingConnection) blockingConnection.capabilities = { canDoubleTimeout: true, canBlockFor1Ms: false }
  const client = (await backend.blockingClient) as unknown as { options?: { socketTimeout?: number } } | undefined
  if (client?.options) client.options.socketTimeout = SILENCE_MS
}

/**
 * Connects a backend's waiting connection anew where it has ended. After the process was frozen, or blocked, two timers
 * are overdue at once: BullMQ's, which ends the connection to make it anew, and the one of {@link prepareWaiting}, whose
 * error makes BullMQ stop half-way. Such a connection would never come back by itself.
 */
export async function reviveWaiting(backend: RedisQueueBackend): Promise<void> {
  const client = (await backend.blockingClient) as { status?: string } | undefined
  if (client?.status === 'end') await backend.reconnectBlocking()
}
