import type { Kit } from '../kit/kit.ts'
import { LEAST_STRETCHES, type MemorySample, memoryGrowth, stretchesOf } from './memory.ts'

/** What was seen of the memory of processes that live as long as the soak. */
export interface MemorySeen {
  readonly samples: ReadonlyMap<string, readonly MemorySample[]>
  /** When the load ended, in milliseconds since it began. */
  readonly endedAt: number
}

/** Memory may grow by so much. */
const GROWTH_PERCENT = 10
/** In a shorter soak a process has not found its size. */
const JUDGED_FROM_MINUTES = 10
const MB = 1 << 20

/** Notes how much each process grew; one that was not seen often enough fails the soak as well. */
export function judgeMemory(
  kit: Pick<Kit, 'measure'>,
  { samples: seen, endedAt }: MemorySeen,
  minutes: number,
  tell: (line: string) => void,
): void {
  for (const [name, samples] of seen) {
    const growth = memoryGrowth(samples, endedAt)
    tell(`  memory of the ${name}, in MB: ${overTime(samples)}`)
    if (minutes < JUDGED_FROM_MINUTES) {
      const percent = growth === undefined ? '' : `; seen: ${growth.percent.toFixed(1)} %`
      tell(`  too short to judge the growth of the ${name}: that takes ${JUDGED_FROM_MINUTES} minutes${percent}`)
      continue
    }
    kit.measure(`stretches of time in which the memory of the ${name} was seen`, stretchesOf(samples, endedAt).length, {
      atLeast: LEAST_STRETCHES,
    })
    if (growth === undefined) continue
    const { earlyBytes, lateBytes, trendBytes, percent } = growth
    kit.measure(`memory of the ${name}, early`, earlyBytes / MB, { atLeast: 1, unit: 'MB' })
    kit.measure(`memory of the ${name}, late`, lateBytes / MB, { atLeast: 1, unit: 'MB' })
    tell(`  trend of the ${name}, over the whole soak: ${(trendBytes / MB).toFixed(1)} MB`)
    kit.measure(`growth of the ${name}`, percent, { atMost: GROWTH_PERCENT, unit: '%' })
  }
}

/** A sample of each twentieth of the time. */
function overTime(samples: readonly MemorySample[]): string {
  const step = Math.max(1, Math.floor(samples.length / 20))
  return samples
    .filter((_, at) => at % step === 0)
    .map(({ bytes }) => Math.round(bytes / MB))
    .join(' ')
}
