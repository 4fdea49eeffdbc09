import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Memory of one long-lived process over time. */
export interface MemorySample {
  /** In milliseconds since the soak began. */
  readonly at: number
  readonly bytes: number
}

/** What a process held when it had found its size, and what it held in the end. */
export interface MemoryGrowth {
  readonly earlyBytes: number
  readonly lateBytes: number
  readonly percent: number
}

/** Flags of Node for a program whose memory is judged. */
export const JUDGED_FLAGS = ['--expose-gc', '--import', fileURLToPath(new URL('collect-garbage.mjs', import.meta.url))]

const PAGE_BYTES = 4096
/** Until then caches fill, code is compiled and the heap finds its size. */
const SETTLED = 0.4
/** Each of the two stretches that are compared: a quarter of the time. */
const STRETCH = 0.25
/** Fewer samples are no steady state. */
const LEAST_SAMPLES = 30

/** The memory that a process holds now (RSS); undefined where it is gone, or there is no /proc. */
export function memoryOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
  } catch {
    return undefined
  }
}

/**
 * Compares two stretches of a process under the same load: its medians, so that neither a collection of garbage just
 * before nor a burst decides. Undefined where there was too little time to tell.
 *
 * @param endedAt when the load ended; what came later is not counted
 */
export function memoryGrowth(samples: readonly MemorySample[], endedAt: number): MemoryGrowth | undefined {
  const early = between(samples, endedAt * SETTLED, endedAt * (SETTLED + STRETCH))
  const late = between(samples, endedAt * (1 - STRETCH), endedAt)
  if (Math.min(early.length, late.length) < LEAST_SAMPLES) return undefined
  const [earlyBytes, lateBytes] = [median(early), median(late)]
  return { earlyBytes, lateBytes, percent: (lateBytes / earlyBytes - 1) * 100 }
}

const between = (samples: readonly MemorySample[], from: number, to: number): number[] =>
  samples.filter(({ at }) => at >= from && at < to).map(({ bytes }) => bytes)

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
