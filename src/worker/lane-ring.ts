import type { LaneConsumer } from '../engine/consumer.js'
import { deservesSlot, type Lane, newLane } from './dispatcher-lane.js'

/** The lanes that a dispatcher serves, in turns. */
export class LaneRing {
  readonly #lanes: Lane[] = []
  #turn = 0
  #hadAny = false

  add(consumer: LaneConsumer): void {
    this.#hadAny = true
    this.#lanes.push(newLane(consumer))
  }

  /** Takes a lane out; undefined where it is not here. */
  remove(consumer: LaneConsumer): Lane | undefined {
    const index = this.#lanes.findIndex((lane) => lane.consumer === consumer)
    if (index >= 0 && index < this.#turn) this.#turn--
    return index < 0 ? undefined : this.#lanes.splice(index, 1)[0]
  }

  /** The next lane whose turn it is, of those that can be served. */
  next(isServable: (lane: Lane) => boolean): Lane | undefined {
    for (let step = 0; step < this.#lanes.length; step++) {
      const index = (this.#turn + step) % this.#lanes.length
      const lane = this.#lanes[index]
      if (lane !== undefined && isServable(lane)) {
        this.#turn = index + 1
        return lane
      }
    }
    return undefined
  }

  /** Whether a slot had better move from this lane to another. */
  hasNeedier(lane: Lane, isServable: (lane: Lane) => boolean): boolean {
    return this.#lanes.some((other) => deservesSlot(other, lane) && isServable(other))
  }

  /** A job that ended may have enqueued others. */
  lookAgain(): void {
    for (const lane of this.#lanes) {
      lane.changes++
      if (lane.state === 'empty') lane.state = 'ready'
    }
  }

  /** Whether every lane was found empty, and there was one. */
  get areEmpty(): boolean {
    return this.#hadAny && this.#lanes.every((lane) => lane.state === 'empty')
  }

  /** The lanes of these queues that gave a job when they were last asked. */
  readyOf(isMeant: (queue: string) => boolean): readonly string[] {
    const ready = this.#lanes.filter(({ state, consumer }) => state === 'ready' && isMeant(consumer.name.queue))
    return ready.map(({ consumer }) => consumer.lane)
  }

  /** Those that may still be asked for a job, and are meant. */
  that(isMeant: (lane: Lane) => boolean): readonly Lane[] {
    return this.#lanes.filter((lane) => lane.state !== 'closed' && lane.state !== 'empty' && isMeant(lane))
  }

  wakeAll(): void {
    for (const { consumer } of this.#lanes) void consumer.wake()
  }
}
