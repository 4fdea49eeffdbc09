import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** A child whose parent was killed may take this long to notice. */
const GRACE_MS = 5000

/** The processes that still carry a row's mark; each that goes within 5 s is none. Found where there is /proc. */
export async function orphansOf(mark: string): Promise<number[]> {
  const deadline = Date.now() + GRACE_MS
  for (;;) {
    const left = marked(mark)
    if (left.length === 0 || Date.now() > deadline) {
      for (const pid of left) process.kill(pid, 'SIGKILL')
      return left
    }
    await setTimeout(50)
  }
}

/** The processes that carry a mark now. */
export function marked(mark: string): number[] {
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch {
    return []
  }
  return entries.map(Number).filter((pid) => pid > 0 && environmentOf(pid).includes(`FAULTS_MARK=${mark}`))
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
