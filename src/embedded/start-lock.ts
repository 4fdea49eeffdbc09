import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive } from './process-life.js'

/** The right to start or end the broker of a folder. One process at a time has it. */
export interface StartLock {
  /** What the lock file holds: a process that is handed it can check that the lock still stands. */
  readonly token: string
  /** Tells whether it is still ours. */
  held(): boolean
  release(): void
}

const UNREADABLE_STALE_MS = 5_000
const STALE_MS = 60_000

/** Takes the lock, also from a holder that is dead; undefined while another one has it. */
export function tryStartLock(folder: string): StartLock | undefined {
  const file = lockPath(folder)
  const token = `${process.pid} ${randomUUID()}`
  clearStale(file)
  try {
    writeFileSync(file, token, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (isTaken(error)) return undefined
    throw error
  }
  const held = () => read(file) === token
  return {
    token,
    held,
    release: () => {
      if (held()) rmSync(file, { force: true })
    },
  }
}

/** Tells whether the folder's lock holds this token. */
export function lockHolds(folder: string, token: string): boolean {
  return read(lockPath(folder)) === token
}

function lockPath(folder: string): string {
  return path.join(folder, 'broker.lock')
}

function clearStale(file: string): void {
  const seen = read(file)
  if (seen === undefined || !isStale(seen, file)) return
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
    // Between our look and our rename another process may have cleared it and taken the lock: give it back.
    if (read(aside) !== seen) linkSync(aside, file)
  } catch {
    // Another process was faster.
  }
  rmSync(aside, { force: true })
}

function isStale(content: string, file: string): boolean {
  const ageMs = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  const pid = Number.parseInt(content, 10)
  // A file that was just made is empty for a moment.
  if (!(pid > 0)) return ageMs > UNREADABLE_STALE_MS
  // The age covers a number that the system gave to another process since.
  return !isAlive(pid) || ageMs > STALE_MS
}

function isTaken(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  // Windows answers EPERM or EBUSY for a file that is being removed.
  return code === 'EEXIST' || (process.platform === 'win32' && (code === 'EPERM' || code === 'EBUSY'))
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
