import type { Verdict } from './verdict.js'

/** How far a job is when a signal judges it. */
export interface JobRuns {
  /** How many extra runs the job has by its options. */
  readonly retries: number
  /** The run's number, 1 for the first. */
  readonly attempt: number
}

/** Holds across two copies of the package. */
const BRAND = Symbol.for('taskq.signal')

/** What a task throws to say itself what is to become of its job. */
export abstract class TaskSignal extends Error {
  readonly [BRAND] = true

  /** @param waitMs the wait that the job's backoff gives */
  abstract judge(runs: JobRuns, waitMs: () => number): Verdict

  /** What to store where the job has failed: what led to the signal, or the signal itself. */
  reason(_runs: JobRuns): unknown {
    return this.cause ?? this
  }
}

/** What a run ended for: what was thrown, or what a signal says. */
export const reasonOf = (thrown: unknown, runs: JobRuns): unknown => {
  const signal = signalIn(thrown)
  return signal === undefined ? thrown : signal.reason(runs)
}

/** What was thrown, where it is a signal. Never throws. */
export function signalIn(thrown: unknown): TaskSignal | undefined {
  try {
    return thrown instanceof Error && BRAND in thrown ? (thrown as TaskSignal) : undefined
  } catch {
    return undefined
  }
}
