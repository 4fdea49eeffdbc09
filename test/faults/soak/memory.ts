import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Memory of one long-lived process over time. */
export interface MemorySample {
  /** In milliseconds since the soak began. */
  readonly at: number
  readonly bytes: number
}

/** What a process held when it had found its size, and what became of it. */
export interface MemoryGrowth {
  /** In the first quarter of the time that is judged. */
  readonly earlyBytes: number
  /** In the last quarter of it. */
  readonly lateBytes: number
  /** The trend of all that is judged, carried on over the whole soak: bytes that come in that time. */
  readonly trendBytes: number
  /** The worse of both, of what the process held early. */
  readonly percent: number
}

/** Flags of Node for a program whose memory is judged. */
export const JUDGED_FLAGS = ['--expose-gc', '--import', fileURLToPath(new URL('collect-garbage.mjs', import.meta.url))]

const PAGE_BYTES = 4096
/** Until then caches fill, code is compiled and the heap finds its size. */
const WARM_UP = 0.4
/** The time after it is judged in so many stretches, each by its median: a burst decides nothing. */
const STRETCHES = 40
/** With fewer nothing is known of too much of the time: such as of a process that ended half-way. */
export const LEAST_STRETCHES = 36
const LEAST_SAMPLES = 2

/** The memory that a process holds now (RSS); undefined where it is gone, or there is no /proc. */
export function memoryOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
  } catch {
    return undefined
  }
}

/** What a process held over the time that is judged, a sample for each stretch in which it was seen often enough. */
export function stretchesOf(samples: readonly MemorySample[], endedAt: number): MemorySample[] {
  const from = endedAt * WARM_UP
  const length = (endedAt - from) / STRETCHES
  return Array.from({ length: STRETCHES }, (_, index) => from + index * length).flatMap((at) => {
    const within = samples.filter((sample) => sample.at >= at && sample.at < at + length)
    return within.length < LEAST_SAMPLES ? [] : [{ at: at + length / 2, bytes: median(within.map(bytesOf)) }]
  })
}

/**
 * How a process grew: by the median slope between any two stretches (Theil–Sen), so that neither a burst nor a
 * collection of garbage decides, and by what it held early and late, so that a late jump is seen. Undefined where it
 * was seen too seldom to tell.
 *
 * @param endedAt when the load ended; what came later is not counted
 */
export function memoryGrowth(samples: readonly MemorySample[], endedAt: number): MemoryGrowth | undefined {
  const stretches = stretchesOf(samples, endedAt)
  if (stretches.length < LEAST_STRETCHES) return undefined
  const earlyBytes = median(stretches.slice(0, STRETCHES / 4).map(bytesOf))
  const lateBytes = median(stretches.slice(-STRETCHES / 4).map(bytesOf))
  const trendBytes = median(slopesOf(stretches)) * endedAt
  const percent = (Math.max(trendBytes, lateBytes - earlyBytes) / earlyBytes) * 100
  return { earlyBytes, lateBytes, trendBytes, percent }
}

const slopesOf = (samples: readonly MemorySample[]): number[] =>
  samples.flatMap((one, index) => samples.slice(index + 1).map((two) => (two.bytes - one.bytes) / (two.at - one.at)))

const bytesOf = ({ bytes }: MemorySample): number => bytes

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
