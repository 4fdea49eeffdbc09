import { hadAccident } from '../kit/invariants.ts'
import type { Kit } from '../kit/kit.ts'
import type { Program } from '../kit/worker-process.ts'
import type { DeadLetter } from './broker-state.ts'
import type { Fleet } from './fleet.ts'
import { judgeMemory, type MemorySeen } from './judge-memory.ts'
import { mostWithin } from './most-within.ts'
import type { SoakLedger } from './soak-ledger.ts'

/** What a soak left to be judged. */
export interface Outcome {
  readonly ledger: SoakLedger
  /** Jobs that were seen in two places at once. */
  readonly places: readonly string[]
  /** What was left in the broker. */
  readonly left: readonly string[]
  readonly dead: readonly DeadLetter[]
  readonly fleet: Pick<Fleet, 'surprises' | 'turnedAway'>
  readonly producer: Pick<Program, 'exit' | 'lines'>
  /** Whether the producer had ended before it was told to. */
  readonly producerGone: boolean
  readonly memory: MemorySeen
  /** The longest time between two starts while there was load. */
  readonly worstGapMs: number
  /** The longest that one thing was broken. */
  readonly longestFaultMs: number
  readonly minutes: number
  readonly tasksPerMinute: number
  readonly tell: (line: string) => void
}

/** What a soak of 30 minutes must promise at the least, at the default rate. */
const [FULL_MINUTES, FULL_RATE, FULL_ACKED] = [30, 4000, 100_000]
/** While the broker is away, callers are told no. */
const ACKED_SHARE = 0.8
/** The load holds nearly twice as many. */
const TIMED_SHARE = 0.1
/** A caller knows the broker's time but for half a round trip, which takes long while all is being broken. */
const CLOCK_MS = 50
/** What `rateLimit` says of the task. */
const RATE = 20
/**
 * The limit is held in windows of 100 ms, of which eleven touch a second: 22 starts. The rest is the time between being
 * let through and starting, in a worker that is busy.
 */
const RATED = [
  { seconds: 1, most: 24 },
  { seconds: 5, most: 105 },
] as const
/** What `maxConcurrency` says of the task. */
const NARROW = 3
/** Work goes on so soon after a fault: a silent broker may cost 15 s, and the next fault may come on top of it. */
const GAP_MS = 20_000
const SHOWN = 10

/** Notes every number that a soak must keep to, and tells what lies behind those that it did not. */
export function judge(kit: Pick<Kit, 'measure'>, outcome: Outcome): void {
  const { ledger, places, left, dead, fleet, producer } = outcome
  const none = (name: string, found: readonly string[]) => {
    kit.measure(name, found.length, { exactly: 0 })
    tellSome(outcome, name, found)
  }
  kit.measure('acked', ledger.acked, { atLeast: leastAcked(outcome.minutes, outcome.tasksPerMinute) })
  kit.measure('runs', ledger.runs, { atLeast: ledger.acked })
  none(
    'lost',
    ledger.lost().map((token) => ledger.describe(token)),
  )
  none(
    'calls that became two jobs',
    ledger.doubled().map((token) => ledger.describe(token)),
  )
  kit.measure('duplicates', ledger.duplicates, { atMost: ledger.cutShort })
  none('runs of a job at the same time', ledger.overlaps)
  kit.measure(`runs at the same time of a task that may have ${NARROW}`, ledger.most.get('narrow') ?? 0, {
    atLeast: 1,
    atMost: NARROW,
  })
  judgeTimes(kit, outcome)
  none('jobs in two places at any time', places)
  none('left in the broker', left)
  none(
    'dead letters',
    dead.map(({ id, lane, reason }) => `${id} (${lane}): ${reason}`),
  )
  none('ends of workers that nobody asked for', fleet.surprises)
  outcome.tell(`  workers that found no broker when they were started, and said so: ${fleet.turnedAway}`)
  none(
    'ends of the producer that nobody asked for',
    isProducerSound(outcome) ? [] : [producer.lines.slice(-SHOWN).join('\n')],
  )
  kit.measure('worst gap between two starts', outcome.worstGapMs, {
    atMost: Math.ceil(outcome.longestFaultMs) + GAP_MS,
    unit: 'ms',
  })
  judgeMemory(kit, outcome.memory, outcome.minutes, outcome.tell)
  outcome.tell(`  calls that were answered with yes, each of those that met in one job: ${ledger.ackedCalls}`)
  outcome.tell(`  runs cut short by the end of their process: ${ledger.cutShort}`)
  for (const [code, times] of ledger.rejected) outcome.tell(`  enqueues that ended as ${code}: ${times}`)
}

const isProducerSound = ({ producer, producerGone }: Outcome): boolean =>
  !producerGone && producer.exit?.code === 0 && !hadAccident(producer.lines)

/** So much of what was to be made must have been promised; a soak as the issue of reliability asks for is not smaller. */
export function leastAcked(minutes: number, tasksPerMinute: number): number {
  const share = Math.floor(minutes * tasksPerMinute * ACKED_SHARE)
  return minutes >= FULL_MINUTES && tasksPerMinute >= FULL_RATE ? Math.max(share, FULL_ACKED) : share
}

/** What was not due at once, and what may not start as often as it could. */
function judgeTimes(kit: Pick<Kit, 'measure'>, { ledger }: Outcome): void {
  kit.measure('starts of what had a time to wait for', ledger.timedStarts, {
    atLeast: Math.floor(ledger.acked * TIMED_SHARE),
  })
  kit.measure('earliest of them, before its time', ledger.earliestMs, { atMost: CLOCK_MS, unit: 'ms' })
  const rated = ledger.starts.get('rated') ?? []
  for (const { seconds, most } of RATED) {
    const name = `most starts in ${seconds} s of a task that may have ${RATE} in a second`
    kit.measure(name, mostWithin(rated, seconds * 1000), { atLeast: 1, atMost: most })
  }
}

function tellSome({ tell }: Outcome, name: string, found: readonly string[]): void {
  if (found.length === 0) return
  tell(`  ${name}:`)
  for (const one of found.slice(0, SHOWN)) tell(`    ${one.replaceAll('\n', '\n    ')}`)
  if (found.length > SHOWN) tell(`    and ${found.length - SHOWN} more`)
}
