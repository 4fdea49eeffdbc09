import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** A child whose parent was killed may take this long to notice. */
const GRACE_MS = 5000

/** The variable by which the processes of a row are found, however they were started. */
export const MARK = 'FAULTS_MARK'

/**
 * The processes that still carry a row's mark; each that goes within 5 s is none, and the others are ended.
 * Undefined where there is no /proc to look into.
 */
export async function orphansOf(mark: string): Promise<number[] | undefined> {
  const deadline = Date.now() + GRACE_MS
  for (;;) {
    const left = marked(mark)
    if (left === undefined || left.length === 0) return left
    if (Date.now() > deadline) {
      left.forEach(killNow)
      return left
    }
    await setTimeout(50)
  }
}

/** The processes that carry a mark now; undefined where there is no /proc. */
export function marked(mark: string): number[] | undefined {
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch {
    return undefined
  }
  return entries.map(Number).filter((pid) => pid > 0 && environmentOf(pid).includes(`${MARK}=${mark}`))
}

/** Ends a process, one that is held still, too, and one that has gone meanwhile. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster.
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
