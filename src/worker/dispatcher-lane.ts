import type { LaneConsumer } from '../engine/consumer.js'

/**
 * - `ready`: may be asked for a job
 * - `waiting`: was empty, waits for the broker to say that there is a job
 * - `resting`: at its rate limit, or after an error
 * - `empty`: was empty, and the worker ends when all are
 * - `closed`: serves no more
 */
export type LaneState = 'ready' | 'waiting' | 'resting' | 'empty' | 'closed'

/** A lane as the dispatcher keeps it. */
export interface Lane {
  readonly consumer: LaneConsumer
  state: LaneState
  /** Slots that serve it now. */
  slots: number
  /** Slots that ask it for a job now, and how many may. */
  pulling: number
  mayPull: number
  /** How often it was found to have changed. An answer to an older question says nothing of it any more. */
  changes: number
  /** How many of the questions for a job were answered, by a job or without one; and the error of one that was not since. */
  answers: number
  refusal: Error | undefined
  /** Called when its last slot has left, once it is closed. */
  onLeft?: () => void
}

/** A lane that was not asked yet. */
export const newLane = (consumer: LaneConsumer): Lane => ({
  consumer,
  state: 'ready',
  slots: 0,
  pulling: 0,
  mayPull: 1,
  changes: 0,
  answers: 0,
  refusal: undefined,
})

/** A move costs the broker one more script, so it is made only to a lane without a slot, or for a better balance. */
export const deservesSlot = (other: Lane, lane: Lane): boolean =>
  other !== lane && (other.slots === 0 || other.slots + 1 < lane.slots)
