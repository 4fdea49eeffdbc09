import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { TaskqError } from '../errors/taskq-error.js'
import { reasonOf, writePrivately } from './private-file.js'

/** Which server answers: a `redis-server`, a `valkey-server`, or the JavaScript engine. */
export type BrokerEngine = 'redis' | 'valkey' | 'js'

/** What `.taskq/broker.json` says about the broker of this folder. */
export interface BrokerRecord {
  /** The process that keeps the broker: it counts the clients and ends the broker when there are none. */
  readonly pid: number
  /** 0 while the port is not known yet. */
  readonly port: number
  readonly password: string
  readonly engine: BrokerEngine
  /** The machine or container the broker runs on. */
  readonly host: string
  /** Only a `ready` broker may be joined. */
  readonly phase: 'starting' | 'ready' | 'leaving'
  /** The process of `redis-server` or `valkey-server`, once it runs. */
  readonly serverPid?: number
}

/** The folder that holds everything of the embedded broker of a project. */
export function brokerFolder(projectRoot: string): string {
  return path.join(path.resolve(projectRoot), '.taskq')
}

/**
 * Makes the folder (0700, ignored by git) where it is missing.
 *
 * @throws TaskqError `TASKQ_EMBEDDED_START` when it cannot be made or written
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    restrict(folder)
    const ignore = path.join(folder, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
  } catch (cause) {
    throw new TaskqError('TASKQ_EMBEDDED_START', `The embedded broker cannot write to ${folder}: ${reasonOf(cause)}`, {
      hint: 'Make the folder writable, or set broker (REDIS_URL) to a Redis of your own.',
      cause,
    })
  }
}

/** Reads `broker.json`; undefined when it is missing or not one of ours. */
export function readRecord(folder: string): BrokerRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(recordPath(folder), 'utf8'))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Writes `broker.json` in one step, readable by its owner only. */
export function writeRecord(folder: string, record: BrokerRecord): void {
  writePrivately(recordPath(folder), JSON.stringify(record))
}

/** Removes `broker.json`. Call it only while holding the start lock. */
export function removeRecord(folder: string): void {
  rmSync(recordPath(folder), { force: true })
}

/** Renews the age of `broker.json`: a sign of life that can be seen from another machine or container. */
export function touchRecord(folder: string): void {
  const now = new Date()
  try {
    utimesSync(recordPath(folder), now, now)
  } catch {
    // Gone, or being replaced: the next look at the record tells.
  }
}

/** How long ago `broker.json` was renewed, in milliseconds. */
export function recordAgeMs(folder: string): number {
  const stats = statSync(recordPath(folder), { throwIfNoEntry: false })
  return stats === undefined ? Number.POSITIVE_INFINITY : Date.now() - stats.mtimeMs
}

function recordPath(folder: string): string {
  return path.join(folder, 'broker.json')
}

function restrict(folder: string): void {
  try {
    chmodSync(folder, 0o700)
  } catch {
    // Not ours, or no modes on this file system: the files in it are 0600 each.
  }
}

function isRecord(value: unknown): value is BrokerRecord {
  if (typeof value !== 'object' || value === null) return false
  const { pid, port, password, engine, host, phase } = value as Partial<Record<keyof BrokerRecord, unknown>>
  return (
    isPositive(pid) &&
    isPort(port) &&
    // The password is written into redis.conf again: only what we make ourselves is taken.
    typeof password === 'string' &&
    /^[\w-]{20,100}$/.test(password) &&
    (engine === 'redis' || engine === 'valkey' || engine === 'js') &&
    typeof host === 'string' &&
    (phase === 'starting' || phase === 'ready' || phase === 'leaving')
  )
}

function isPositive(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536
}
