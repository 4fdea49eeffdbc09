import type { RedisBroker } from '../../config/resolved-config.js'
import type { Connection } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import { openConnection, unreachable } from '../connection/open-connection.js'
import { withCode } from '../connection/refused.js'
import { BrokerClock } from './broker-clock.js'

/** A connection, and what time it is where it leads. */
interface TimedConnection {
  readonly connection: Connection
  readonly clock: BrokerClock
}

/** Connects for a worker, and asks the broker's time. Throws what {@link openConnection} throws. */
export async function openTimed(broker: RedisBroker, timeoutMs: number): Promise<TimedConnection> {
  const connection = await openConnection(broker, 'worker', timeoutMs)
  const clock = new BrokerClock()
  try {
    await withDeadline(clock.sync(connection), timeoutMs, () => unreachable(broker, timeoutMs))
    return { connection, clock }
  } catch (error) {
    connection.disconnect()
    throw withCode(broker, error as Error)
  }
}
