import { parentPort, workerData } from 'node:worker_threads'
import type { BrokerLink } from '../connection/broker-link.js'
import type { LockThreadData } from './lock-thread.js'
import { ageAt, SeatTable } from './seat-table.js'

// The thread that keeps a worker's jobs its own while the worker's main thread is stuck in a task. It looks at memory
// that both share, and connects only where a lock was not renewed in time.

const { broker, lockMs, longestBlockMs, pulse, tables: memories, originNs } = workerData as LockThreadData

/** The main thread renews each lock after three eighths of its time at the latest; one that is stuck will not. */
const OVERDUE_MS = lockMs * 0.45
const STUCK_MS = Math.min(1000, lockMs / 5)
const OVERDUE_IF_STUCK_MS = lockMs / 4
const LOOK_MS = Math.max(20, Math.min(250, lockMs / 10))
/** A connection that nobody needed for so long is closed. */
const UNUSED_MS = Math.max(30_000, 2 * lockMs)
/** A broker that refused is left alone for so long. */
const REST_MS = lockMs / 10

const tables = memories.map((memory) => new SeatTable(memory))
const mainThread = new Int32Array(pulse)
let link: BrokerLink | undefined
let usedAt = 0
let isBusy = false
let restsUntil = 0

/** The time as the main thread has it, in whole milliseconds. */
const now = (): number => Number((process.hrtime.bigint() - originNs) / 1_000_000n) | 0

async function look(): Promise<void> {
  const at = now()
  const stuckMs = ageAt(at, Atomics.load(mainThread, 0))
  if (stuckMs > longestBlockMs) return
  const isStuck = stuckMs > STUCK_MS
  // Ahead of the need: all this takes its time where a task has the processor.
  if (isStuck && overdueFor(0, at).length > 0) await prepare(at)
  const overdue = overdueFor(isStuck ? OVERDUE_IF_STUCK_MS : OVERDUE_MS, at)
  if (overdue.length > 0) await renew(overdue, at, isStuck)
  else await closeUnused(at)
}

const overdueFor = (ms: number, at: number) =>
  tables.flatMap((table) => table.overdue(at, ms).map((job) => ({ ...job, table })))

async function prepare(at: number): Promise<void> {
  usedAt = at
  await (await connected()).whenReady(lockMs / 2)
}

async function renew(overdue: ReturnType<typeof overdueFor>, at: number, isStuck: boolean): Promise<void> {
  usedAt = at
  const { renewSeated, findUnread } = await import('./renew-script.js')
  const reached = await connected()
  await reached.read((connection) => renewSeated(connection, overdue, lockMs))
  for (const { table, seat } of overdue) table.note(seat, at)
  if (!isStuck) return
  const held = overdueFor(0, at)
  await reached.read(async (connection) => {
    const unread = await findUnread(connection, held)
    if (unread.length > 0) await renewSeated(connection, unread, lockMs)
  })
}

async function connected(): Promise<BrokerLink> {
  if (link !== undefined) return link
  const { BrokerLink } = await import('../connection/broker-link.js')
  link = new BrokerLink(broker, lockMs / 2)
  return link
}

async function closeUnused(at: number): Promise<void> {
  if (link === undefined || ageAt(at, usedAt) < UNUSED_MS) return
  const unused = link
  link = undefined
  await unused.close()
}

parentPort?.on('message', (memory: SharedArrayBuffer) => tables.push(new SeatTable(memory)))

setInterval(() => {
  if (isBusy || performance.now() < restsUntil) return
  isBusy = true
  // What the broker refuses now it may take at a later look; the main thread tells of its troubles.
  void look()
    .catch(() => {
      restsUntil = performance.now() + REST_MS
    })
    .finally(() => {
      isBusy = false
    })
}, LOOK_MS)

// Not when they are needed: where a task has the processor, that takes seconds.
void import('./renew-script.js').catch(() => {})
void import('../connection/broker-link.js').catch(() => {})
