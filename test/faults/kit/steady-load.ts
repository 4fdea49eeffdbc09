import { setTimeout } from 'node:timers/promises'
import type { Kit } from './kit.ts'
import type { Project } from './project.ts'

/** Callers who enqueue one job after the other. */
const CALLERS = 4
const PAUSE_MS = 20

/** Enqueues without a break, whatever comes back, from now until the function that it returns is called. */
export async function steadyLoad(kit: Kit, project: Project, task = 'work'): Promise<() => Promise<void>> {
  const client = await project.client()
  let isOver = false
  const caller = async (): Promise<void> => {
    while (!isOver) {
      await client.enqueue(task, []).then(
        ({ id }) => kit.ledger.ack(id),
        () => {},
      )
      await setTimeout(PAUSE_MS)
    }
  }
  const callers = Array.from({ length: CALLERS }, caller)
  return async () => {
    isOver = true
    await Promise.all(callers)
  }
}

/** The longest time between two of these moments, in milliseconds. */
export function longestGapMs(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b)
  return sorted.reduce((worst, at, index) => Math.max(worst, at - (sorted[index - 1] ?? at)), 0)
}
