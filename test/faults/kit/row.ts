import type { Kit } from './kit.ts'

/** One row of the fault matrix: a fault, and what must be true after it. */
export interface FaultRow {
  /** As in the published table: `F01`. */
  readonly id: string
  /** What goes wrong, in a few words. */
  readonly fault: string
  /** What taskq promises of it, in one sentence. */
  readonly promise: string
  /** How often the fault happens in `npm run faults`. */
  readonly repetitions: number
  /** How often it happens as a part of `npm test`; a row without it is left out there. */
  readonly quick?: number
  /** Over raw BullMQ: the measures that must be missed, for that is what the row proves. All others must be met. */
  readonly breaks?: readonly string[]
  /** Injects the fault `kit.repetitions` times and measures. */
  run(kit: Kit): Promise<void>
}

/** What a number must be. One bound at least. */
export interface Bounds {
  readonly atMost?: number
  readonly atLeast?: number
  readonly exactly?: number
  /** Such as `ms` or `/s`. Default: a count. */
  readonly unit?: string
}

/** A number that a row measured, and what it had to be. */
export interface Measure extends Bounds {
  readonly name: string
  readonly value: number
  readonly met: boolean
}

/** What became of a row's jobs. */
export interface Tally {
  /** Jobs whose enqueue was answered with yes. */
  readonly acked: number
  /** Runs that began. */
  readonly runs: number
  /** Jobs that were acked, and neither ended nor became a dead letter. */
  readonly lost: number
  /** Runs that ended a job which had ended before. */
  readonly duplicates: number
  /** The longest time between two starts, in milliseconds. */
  readonly worstGapMs: number
}

/** How a row went. */
export interface RowResult extends Pick<FaultRow, 'id' | 'fault' | 'promise' | 'breaks'> {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly repetitions: number
  readonly seconds: number
  readonly tally?: Tally
  readonly measures: readonly Measure[]
  /** Why it failed or was skipped, where no measure says so. */
  readonly reason?: string
}

/** A row is to be done in this time, all of them together in the other. */
export const ROW_SECONDS = 90
export const RUN_SECONDS = 900

/** Whether a row over raw BullMQ breaks the promise it is to break, and nothing else: so not by an accident of its own. */
export const isProof = ({ breaks = [], measures, reason }: RowResult): boolean =>
  reason === undefined &&
  breaks.length > 0 &&
  breaks.every((name) => measures.some((measure) => measure.name === name)) &&
  measures.every(({ name, met }) => met !== breaks.includes(name))

export const isMet = (value: number, { atMost, atLeast, exactly }: Bounds): boolean =>
  (atMost === undefined || value <= atMost) &&
  (atLeast === undefined || value >= atLeast) &&
  (exactly === undefined || value === exactly)
