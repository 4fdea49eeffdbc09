import type { Pulse } from '../engine/stats/stats-reader.js'

/** What a look saw. */
interface Look {
  readonly at: number
  /** Jobs that had not ended. */
  readonly backlog: number
  /** Jobs that had ended since the first look. */
  readonly ended: number
}

/** The rate is of what came within so long. */
const SMOOTH_MS = 10_000
/**
 * Of less nothing is told: the backlog is that of now, but what ended is counted up to a second later, so that jobs
 * which wait and end within a second would be seen twice, or not at all.
 */
const LEAST_MS = 5000

/**
 * How many jobs come in. Nobody counts that: what came in is what ended, and what there is more than before. Jobs that
 * were revoked or deleted while they waited were not counted by any worker, so a little too few may be told. Dead
 * letters that run again come in again.
 */
export class Inflow {
  #looks: readonly Look[] = []
  /** Jobs that had ended in each stretch, as the last look saw it: the running one grows. */
  #seen: ReadonlyMap<number, number> = new Map()

  /** Notes a look. Returns jobs per second; undefined where there is nothing to compare with for long enough. */
  note(at: number, backlog: number, pulses: readonly Pulse[]): number | undefined {
    const last = this.#looks.at(-1)
    // After a long gap stretches are missing, and a clock that was put back tells nothing.
    if (last === undefined || last.at > at || last.at < (pulses[0]?.at ?? at)) this.#looks = []
    const before = this.#looks.at(-1)?.ended ?? 0
    const look = { at, backlog, ended: before + this.#endedSince(pulses) }
    const recent = this.#looks.filter((one) => at - one.at <= SMOOTH_MS)
    const kept = recent.length > 0 ? recent : this.#looks.slice(-1)
    this.#looks = [...kept, look]
    return rateBetween(kept[0], look)
  }

  #endedSince(pulses: readonly Pulse[]): number {
    const now = new Map(pulses.map(({ at, queues }) => [at, sumOf(queues.values(), 'ended')]))
    const more = [...now].reduce((sum, [at, ended]) => sum + Math.max(0, ended - (this.#seen.get(at) ?? 0)), 0)
    this.#seen = now
    return more
  }
}

function rateBetween(first: Look | undefined, last: Look): number | undefined {
  if (first === undefined || last.at - first.at < LEAST_MS) return undefined
  const came = last.ended - first.ended + last.backlog - first.backlog
  return Math.max(0, (came / (last.at - first.at)) * 1000)
}

/** Adds up one figure of many. */
export function sumOf<K extends string>(records: Iterable<Readonly<Record<K, number>>>, key: K): number {
  let sum = 0
  for (const record of records) sum += record[key]
  return sum
}
