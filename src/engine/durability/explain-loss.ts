import { readBrokerInfo } from '../connection/broker-info.js'
import type { Connection } from '../connection/connection.js'

/** What became of the broker's data: all of it is gone, or it is as it was some time ago. */
export type DataLoss = 'emptied' | 'set-back'

/** Below this, a server was started because of what is told. */
const LATELY_S = 120

/** Why that may be, as far as the broker says so; for people. */
export async function explainLoss(connection: Connection, loss: DataLoss): Promise<string> {
  const info = await readBrokerInfo(connection).catch(() => undefined)
  const what = loss === 'emptied' ? 'it holds nothing of what it held' : 'it holds what it held some time ago'
  if (info === undefined) return what
  const { uptimeSeconds, aof, snapshots } = info
  if (uptimeSeconds === undefined || uptimeSeconds > LATELY_S)
    return `${what}; it was not restarted: somebody emptied it, or another server took over`
  const kept = aof
    ? 'with an append-only file'
    : snapshots === true
      ? 'with snapshots only'
      : 'and writes nothing to disk'
  return `${what}; it was started ${uptimeSeconds} s ago, ${kept}`
}
