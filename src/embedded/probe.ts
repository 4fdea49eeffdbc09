import { setTimeout as delay } from 'node:timers/promises'
import type { BrokerRecord } from './broker-folder.js'
import { type Address, connectResp, RespReplyError, RespTimeout } from './resp-client.js'

/**
 * What a broker showed when it was asked:
 * `up` it answered and somebody keeps it · `unkept` it answered, but nobody would ever end it ·
 * `silent` something took the connection and did not answer, or it still loads its data ·
 * `gone` nobody listens there, or somebody else does.
 */
export type Sign = 'up' | 'unkept' | 'silent' | 'gone'

/** The names of the connections that the broker's own processes hold. */
const KEEPER_NAMES: readonly string[] = ['taskq-keeper', 'taskq-guard']

const PROBE_MS = 1_000

/** Asks a broker, with its password, whether it lives and is kept. */
export async function probe(record: BrokerRecord): Promise<Sign> {
  // The JavaScript engine lives in the process that keeps it.
  if (record.engine === 'js') return await ping(record)
  return await signOf(record, async (ask) => {
    await ask('PING')
    return ownNames(await ask('CLIENT', 'LIST')).length > 0 ? 'up' : 'unkept'
  })
}

/** Asks a broker, with its password, whether it lives. */
export async function ping(address: Address): Promise<Sign> {
  return await signOf(address, async (ask) => {
    await ask('PING')
    return 'up'
  })
}

/** Asks a broker to save its jobs and end. Returns before it has ended. */
export async function askShutdown(address: Address): Promise<void> {
  // There is no reply to wait for: a server that does it closes the connection.
  await withClient(address, (ask) => ask('SHUTDOWN')).catch(() => undefined)
}

/** Waits until a broker does not answer any more. False when it still does after this time. */
export async function waitUntilGone(address: Address, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs
  while ((await ping(address)) !== 'gone') {
    if (Date.now() > end) return false
    await delay(20)
  }
  return true
}

/** The connections in a `CLIENT LIST` that belong to the broker's own processes. */
export function ownNames(clientList: string): string[] {
  const names = clientList.split('\n').map((line) => / name=(\S*)/.exec(line)?.[1] ?? '')
  return names.filter((name) => KEEPER_NAMES.includes(name))
}

type Ask = (...command: string[]) => Promise<string>

async function signOf(address: Address, look: (ask: Ask) => Promise<Sign>): Promise<Sign> {
  if (address.port === 0) return 'gone'
  try {
    return await withClient(address, look)
  } catch (error) {
    if (error instanceof RespTimeout) return 'silent'
    if (error instanceof RespReplyError && error.message.startsWith('LOADING')) return 'silent'
    return 'gone'
  }
}

async function withClient<T>(address: Address, use: (ask: Ask) => Promise<T>): Promise<T> {
  const client = await connectResp(address, PROBE_MS)
  try {
    return await use(client.ask)
  } finally {
    client.close()
  }
}
