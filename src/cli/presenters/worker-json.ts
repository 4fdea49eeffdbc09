import type { WorkerFacts } from '../../engine/workers/worker-facts.js'

/** A live worker, as every `--json` prints it. */
export const workerJson = ({ startedAt, beatAt, heardAt, slots, ...facts }: WorkerFacts) => ({
  ...facts,
  startedAt: tellInstant(startedAt),
  ...(beatAt !== undefined && { beatAt: tellInstant(beatAt) }),
  ...(heardAt !== undefined && { heardAt: tellInstant(heardAt) }),
  ...(slots !== undefined && { slots: slots.map((slot) => ({ ...slot, startedAt: tellInstant(slot.startedAt) })) }),
})

/** An instant as JSON has it; null for one that is unknown or no instant. */
export function tellInstant(ms: number | undefined): string | null {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
