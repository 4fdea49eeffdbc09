import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { TaskqError } from '../errors/taskq-error.js'
import {
  type BrokerEngine,
  type BrokerRecord,
  brokerFolder,
  prepareFolder,
  readRecord,
  recordAgeMs,
  removeRecord,
} from './broker-folder.js'
import { chooseEngine, type WantedEngine } from './engine-choice.js'
import { launchBroker } from './launch.js'
import { askShutdown, probe, type Sign, waitUntilGone } from './probe.js'
import { isAlive } from './process-life.js'
import { type StartLock, tryStartLock } from './start-lock.js'

/** A running development broker. */
export interface EmbeddedBroker {
  /** `redis://:password@127.0.0.1:port` */
  readonly url: string
  readonly engine: BrokerEngine
  /** The process that keeps the broker. */
  readonly pid: number
  /** Whether it ran already. */
  readonly reused: boolean
}

/** Which broker is wanted. */
export interface EmbeddedOptions {
  readonly projectRoot: string
  /** Default `auto`: a Redis or Valkey server from PATH, else the JavaScript engine. */
  readonly engine?: WantedEngine
  /** How long the broker stays without clients, in milliseconds. Default 5000. */
  readonly lingerMs?: number
}

const LOCK_WAIT_MS = 30_000
const SETTLE_MS = 10_000
const HEARTBEAT_MS = 5_000

/**
 * Finds the development broker of a project folder, or starts it. All terminals of a folder share one; it ends
 * by itself when nobody is connected any more, and its jobs stay in `.taskq/`. After a crash the next call
 * starts it again under the same port and password.
 *
 * @throws TaskqError `TASKQ_EMBEDDED_START` when it cannot start; `TASKQ_BROKER_CONFIG` when
 *   TASKQ_EMBEDDED_ENGINE is no engine
 */
export async function ensureEmbeddedBroker(options: EmbeddedOptions): Promise<EmbeddedBroker> {
  const folder = brokerFolder(options.projectRoot)
  const running = await join(folder)
  if (running !== undefined) return describe(running, true)
  prepareFolder(folder)
  const until = Date.now() + LOCK_WAIT_MS
  for (;;) {
    const lock = tryStartLock(folder)
    if (lock !== undefined) return await settleOrStart(folder, options, lock)
    if (Date.now() > until) throw stuck(folder, 'another process is starting it and does not come to an end')
    await delay(20)
    const started = await join(folder)
    if (started !== undefined) return describe(started, true)
  }
}

/** Finds the development broker of a project folder; never starts one. */
export async function findEmbeddedBroker(projectRoot: string): Promise<EmbeddedBroker | undefined> {
  const record = await join(brokerFolder(projectRoot))
  return record === undefined ? undefined : describe(record, true)
}

/**
 * Ends the development broker of a project folder; its jobs are saved first.
 *
 * @returns whether one ran
 * @throws TaskqError `TASKQ_EMBEDDED_START` when it does not end
 */
export async function stopEmbeddedBroker(projectRoot: string): Promise<boolean> {
  const folder = brokerFolder(projectRoot)
  if (readRecord(folder) === undefined) return false
  const lock = await waitForLock(folder)
  try {
    const record = readRecord(folder)
    if (record === undefined) return false
    const ran = (await probe(record)) !== 'gone'
    if (ran) await end(folder, record)
    removeRecord(folder)
    return ran
  } finally {
    lock.release()
  }
}

async function settleOrStart(folder: string, options: EmbeddedOptions, lock: StartLock): Promise<EmbeddedBroker> {
  try {
    const running = await settle(folder)
    if (running !== undefined) return describe(running, true)
    const choice = await chooseEngine(options.engine ?? 'auto', process.env)
    return describe(await launchBroker(folder, choice, options.lingerMs ?? 5_000, lock), false)
  } finally {
    lock.release()
  }
}

async function join(folder: string): Promise<BrokerRecord | undefined> {
  const record = readRecord(folder)
  if (record === undefined || record.phase !== 'ready') return undefined
  return (await probe(record)) === 'up' ? record : undefined
}

/**
 * Under the lock: makes sure what the record speaks of. Gives a broker that can be joined, or undefined when
 * surely none runs over this folder's data. One that nobody keeps is ended.
 */
async function settle(folder: string): Promise<BrokerRecord | undefined> {
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const record = readRecord(folder)
    if (record === undefined) return undefined
    const verdict = judge(record, await probe(record), Date.now() > until)
    if (verdict === 'join') return record
    if (verdict === 'clear') return refuseElsewhere(folder, record)
    if (verdict === 'end') await end(folder, record)
    if (Date.now() > until) throw stuck(folder, `process ${record.serverPid ?? record.pid} does not answer`)
    await delay(50)
  }
}

function judge(record: BrokerRecord, sign: Sign, late: boolean): 'join' | 'clear' | 'end' | 'wait' {
  if (sign === 'up' && record.phase === 'ready') return 'join'
  // Its starter died, and it goes on starting.
  if (record.phase === 'starting' && !late && isAlive(record.pid)) return 'wait'
  if (sign === 'silent') return isDead(record) ? 'clear' : 'wait'
  return sign === 'gone' ? 'clear' : 'end'
}

/** Surely dead: another program has its port now. */
function isDead(record: BrokerRecord): boolean {
  const pids = record.serverPid === undefined ? [record.pid] : [record.pid, record.serverPid]
  return record.host === hostname() && !pids.some(isAlive)
}

/** Shuts a broker down through its own port. */
async function end(folder: string, record: BrokerRecord): Promise<void> {
  await askShutdown(record)
  if (!(await waitUntilGone(record, SETTLE_MS))) {
    throw stuck(folder, `process ${record.serverPid ?? record.pid} was asked to end and goes on`)
  }
  // Its keeper notices within half a second; nobody depends on that.
  const until = Date.now() + 2_000
  while (isAlive(record.pid) && Date.now() < until) await delay(20)
}

/** In a container beside this machine the port cannot be seen from here, but the sign of life can. */
function refuseElsewhere(folder: string, record: BrokerRecord): undefined {
  if (record.host === hostname() || recordAgeMs(folder) > HEARTBEAT_MS) return undefined
  throw stuck(folder, `${record.host} runs it, which cannot be reached from ${hostname()}`)
}

async function waitForLock(folder: string): Promise<StartLock> {
  const until = Date.now() + LOCK_WAIT_MS
  for (;;) {
    const lock = tryStartLock(folder)
    if (lock !== undefined) return lock
    if (Date.now() > until) throw stuck(folder, 'another process is starting it and does not come to an end')
    await delay(20)
  }
}

function describe(record: BrokerRecord, reused: boolean): EmbeddedBroker {
  const url = `redis://:${record.password}@127.0.0.1:${record.port}`
  return Object.freeze({ url, engine: record.engine, pid: record.pid, reused })
}

function stuck(folder: string, reason: string): TaskqError {
  return new TaskqError('TASKQ_EMBEDDED_START', `The embedded broker in ${folder} cannot be used: ${reason}`, {
    hint: `End that process, then try again; if nothing runs, remove ${folder}/broker.json and broker.lock.`,
    data: { folder, reason },
  })
}
