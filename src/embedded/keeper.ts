import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { type BrokerRecord, readRecord, removeRecord, touchRecord, writeRecord } from './broker-folder.js'
import { type StartLock, tryStartLock } from './start-lock.js'

/** Who uses a broker: how many clients are connected now, and how many connections were ever made. */
export interface Activity {
  readonly clients: number
  readonly connections: number
}

/** A broker as the process that keeps it sees it. */
export interface KeptEngine {
  /** Undefined when the engine has ended. */
  activity(): Promise<Activity | undefined>
  /** Saves and ends the engine; resolves when it has ended. */
  stop(): Promise<void>
  /** As `stop`, where another keeper has the folder: what listens on the port by now may be its engine. */
  release(): Promise<void>
  /** Called at each look; here the engine renews what must not be missing. */
  tend?(): void
}

/** What a keeper needs to know. */
export interface KeeperOptions {
  readonly folder: string
  readonly record: Omit<BrokerRecord, 'pid' | 'phase' | 'host'>
  readonly engine: KeptEngine
  /** How long a broker without clients is kept, in milliseconds. */
  readonly lingerMs: number
  /** Resolves when somebody asks the keeper to end the broker. */
  readonly asked: Promise<void>
}

/**
 * Announces a running broker in `broker.json`, and ends it when it had no client for `lingerMs`, when it is
 * asked to, or when the record is not its own any more (the folder was removed). Returns when the broker has
 * ended, whatever the cause. After a crash of the engine the record stays, so that the next start takes the
 * same port and password and the clients that still run find their broker again.
 */
export async function keepBroker(options: KeeperOptions): Promise<void> {
  const { folder, engine } = options
  const record: BrokerRecord = { ...options.record, pid: process.pid, phase: 'ready', host: hostname() }
  writeRecord(folder, record)
  const lock = await untilTheEnd(options, record)
  if (lock === 'crashed') return
  if (isAnothers(folder)) return engine.release()
  const hold = lock ?? tryStartLock(folder)
  try {
    // Under the lock of somebody else the record is theirs to remove.
    if (hold !== undefined && isOwn(folder)) writeRecord(folder, { ...record, phase: 'leaving' })
    await engine.stop()
    if (hold !== undefined && isOwn(folder)) removeRecord(folder)
  } finally {
    hold?.release()
  }
}

/** Gives the lock that was taken for an idle end; undefined when the end was asked for. */
async function untilTheEnd(options: KeeperOptions, record: BrokerRecord): Promise<StartLock | 'crashed' | undefined> {
  const { folder, engine, lingerMs } = options
  const tickMs = Math.min(500, Math.max(50, lingerMs / 4))
  const asked = options.asked.then(() => 'asked' as const)
  const idle = idleClock()
  for (;;) {
    if ((await Promise.race([asked, delay(tickMs, 'tick')])) === 'asked' || !isOwn(folder)) return undefined
    touchRecord(folder)
    engine.tend?.()
    const activity = await engine.activity()
    if (activity === undefined) return 'crashed'
    if (idle.forMs(activity) < lingerMs) continue
    const lock = await closeTheDoor(options, record, activity.connections)
    if (lock !== undefined) return lock
  }
}

/** Tells how long nobody was connected, nor came and went in between. */
function idleClock(): { forMs(activity: Activity): number } {
  let since = Date.now()
  let connections = -1
  return {
    forMs: (activity) => {
      if (activity.clients > 0 || activity.connections !== connections) since = Date.now()
      connections = activity.connections
      return Date.now() - since
    },
  }
}

/**
 * Takes the lock and tells newcomers that the broker leaves, then looks once more: one who read the record
 * just before is connected by now, and the broker stays.
 */
async function closeTheDoor(
  { folder, engine }: KeeperOptions,
  record: BrokerRecord,
  connections: number,
): Promise<StartLock | undefined> {
  const lock = tryStartLock(folder)
  if (lock === undefined) return undefined
  writeRecord(folder, { ...record, phase: 'leaving' })
  await delay(100)
  const activity = await engine.activity()
  if (activity === undefined || activity.connections === connections) return lock
  writeRecord(folder, record)
  lock.release()
  return undefined
}

function isAnothers(folder: string): boolean {
  const record = readRecord(folder)
  return record !== undefined && record.pid !== process.pid
}

function isOwn(folder: string): boolean {
  return readRecord(folder)?.pid === process.pid
}
