import type { Kit } from '../kit/kit.ts'
import type { Program } from '../kit/worker-process.ts'
import type { DeadLetter } from './broker-state.ts'
import type { Fleet } from './fleet.ts'
import type { LongLived } from './long-lived.ts'
import { type MemorySample, memoryGrowth } from './memory.ts'
import type { SoakLedger } from './soak-ledger.ts'

/** What a soak left to be judged. */
export interface Outcome {
  readonly ledger: SoakLedger
  /** Jobs that were seen in two places at once. */
  readonly places: readonly string[]
  /** What was left in the broker. */
  readonly left: readonly string[]
  readonly dead: readonly DeadLetter[]
  readonly fleet: Fleet
  readonly producer: Program
  readonly memory: LongLived
  readonly minutes: number
  readonly tell: (line: string) => void
}

/** Memory may grow by so much. */
const GROWTH_PERCENT = 10
/** In a shorter soak a process has not found its size. */
const JUDGED_FROM_MINUTES = 10
/** What `maxConcurrency` says of the task. */
const NARROW = 3
const SHOWN = 10
const MB = 1 << 20

/** Notes every number that a soak must keep to, and tells what lies behind those that it did not. */
export function judge(kit: Kit, outcome: Outcome): void {
  const { ledger, places, left, dead, fleet, producer } = outcome
  const none = (name: string, found: readonly string[]) => {
    kit.measure(name, found.length, { exactly: 0 })
    tellSome(outcome, name, found)
  }
  kit.measure('acked', ledger.acked, { atLeast: 1 })
  kit.measure('runs', ledger.runs, { atLeast: ledger.acked })
  none(
    'lost',
    ledger.lost().map((token) => ledger.describe(token)),
  )
  none(
    'calls that became two jobs',
    ledger.doubled().map((token) => ledger.describe(token)),
  )
  kit.measure('runs cut short by the end of their process', ledger.cutShort, { atLeast: 0 })
  kit.measure('duplicates', ledger.duplicates, { atMost: ledger.cutShort })
  none('runs of a job at the same time', ledger.overlaps)
  kit.measure(`runs at the same time of a task that may have ${NARROW}`, ledger.most.get('narrow') ?? 0, {
    atMost: NARROW,
  })
  none('jobs in two places', places)
  none('left in the broker', left)
  none(
    'dead letters',
    dead.map(({ id, lane, reason }) => `${id} (${lane}): ${reason}`),
  )
  none('ends of workers that nobody asked for', fleet.surprises)
  kit.measure('workers that found no broker when they were started', fleet.turnedAway, { atLeast: 0 })
  none('ends of the producer that nobody asked for', producer.exit?.code === 0 ? [] : [producer.output])
  kit.measure('worst gap between two starts', ledger.worstGapMs, { atLeast: 0, unit: 'ms' })
  judgeMemory(kit, outcome)
  for (const [code, times] of ledger.rejected) outcome.tell(`  enqueues that ended as ${code}: ${times}`)
}

function judgeMemory(kit: Kit, { memory, minutes, tell }: Outcome): void {
  for (const [name, samples] of memory.samples) {
    const growth = memoryGrowth(samples, memory.endedAt)
    tell(`  memory of the ${name}, in MB: ${overTime(samples)}`)
    if (growth === undefined || minutes < JUDGED_FROM_MINUTES) {
      const seen = growth === undefined ? '' : `; seen: ${growth.percent.toFixed(1)} %`
      tell(`  too short to judge the growth of the ${name}: that takes ${JUDGED_FROM_MINUTES} minutes${seen}`)
      continue
    }
    kit.measure(`memory of the ${name}, early`, growth.earlyBytes / MB, { atLeast: 0, unit: 'MB' })
    kit.measure(`memory of the ${name}, late`, growth.lateBytes / MB, { atLeast: 0, unit: 'MB' })
    kit.measure(`growth of the ${name}`, growth.percent, { atMost: GROWTH_PERCENT, unit: '%' })
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

function tellSome({ tell }: Outcome, name: string, found: readonly string[]): void {
  if (found.length === 0) return
  tell(`  ${name}:`)
  for (const one of found.slice(0, SHOWN)) tell(`    ${one.replaceAll('\n', '\n    ')}`)
  if (found.length > SHOWN) tell(`    and ${found.length - SHOWN} more`)
}
