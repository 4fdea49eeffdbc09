import type { Workflows } from './workflows.js'

/** Progress is told for a minute after somebody asked for it. */
const AGAIN_MS = 20_000

/**
 * Lets a workflow know that somebody follows it: call what this returns before each look. Without that a workflow tells
 * of its end only. Where the broker does not answer, whoever follows has their own looks.
 */
export function tellWatched(workflows: Pick<Workflows, 'watch'>): (id: string) => Promise<void> {
  let toldAt = Number.NEGATIVE_INFINITY
  return async (id) => {
    const now = performance.now()
    if (now - toldAt < AGAIN_MS) return
    toldAt = now
    await workflows.watch(id).catch(() => {})
  }
}
