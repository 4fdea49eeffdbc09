import type { RedisBroker } from '../../config/resolved-config.js'
import { TaskqError } from '../../errors/taskq-error.js'
import { formatDuration } from '../../time/duration.js'
import { type Connection, type ConnectionRole, createConnection, isStale } from './connection.js'
import { isAuthError, refused } from './refused.js'

/**
 * Connects, and returns when the broker answers.
 *
 * @throws TaskqError `TASKQ_BROKER_AUTH` at once when the broker refuses the user or password (the message
 *   names the user, never the password), `TASKQ_BROKER_UNREACHABLE` when `timeoutMs` is over
 */
export async function openConnection(
  broker: RedisBroker,
  role: ConnectionRole,
  timeoutMs: number,
): Promise<Connection> {
  const connection = createConnection(broker, role)
  // Without a listener, ioredis would print errors itself.
  connection.on('error', () => {})
  try {
    await whenReady(connection, broker, timeoutMs)
    return connection
  } catch (error) {
    connection.disconnect()
    throw error
  }
}

/** Resolves when the connection can take commands; throws what {@link openConnection} throws. */
export function whenReady(connection: Connection, broker: RedisBroker, timeoutMs: number): Promise<void> {
  if (isReady(connection)) return Promise.resolve()
  return new Promise((resolve, reject) => {
    let lastError: Error | undefined
    const timer = setTimeout(() => finish(unreachable(broker, timeoutMs, lastError)), timeoutMs)
    const onReady = () => finish()
    const onError = (error: Error) => {
      lastError = deepest(error)
      if (isAuthError(lastError)) finish(refused(broker, lastError))
    }
    function finish(error?: TaskqError): void {
      clearTimeout(timer)
      connection.off('ready', onReady)
      connection.off('error', onError)
      if (error === undefined) resolve()
      else reject(error)
    }
    connection.on('ready', onReady)
    connection.on('error', onError)
    // It rejects with "Connection is closed", after the event that said why.
    if (connection.status === 'wait') connection.connect().catch((error) => lastError ?? onError(error))
  })
}

/** Whether commands are taken now. (A Cluster in use says `connect` or `ready`.) */
export function isReady(connection: Connection): boolean {
  return connection.status === 'ready' || (connection.status === 'connect' && connection.isCluster)
}

/** A Cluster wraps what its nodes said. */
function deepest(error: Error): Error {
  const inner = (error as { lastNodeError?: Error }).lastNodeError ?? error.cause
  return inner instanceof Error ? deepest(inner) : error
}

/** The error for a broker that did not answer in time. */
export function unreachable(broker: RedisBroker, timeoutMs: number, cause?: Error): TaskqError {
  const inner = cause && deepest(cause)
  const reason = inner === undefined ? 'no answer' : inner.message || (inner as { code?: string }).code || inner.name
  const [does, hint] =
    inner !== undefined && isStale(inner)
      ? ['could not do it', 'Is it a replica? Name the master, or the Sentinels, in the broker option.']
      : ['did not answer', 'Is Redis running there, and does this machine reach it?']
  const message = `the broker ${broker.label} ${does} within ${formatDuration(timeoutMs)}: ${reason}`
  return new TaskqError('TASKQ_BROKER_UNREACHABLE', message, { hint })
}
