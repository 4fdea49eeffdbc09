import type { RateWindow } from '../../time/rate.js'
import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { laneOf } from '../lanes/lane.js'
import { runLimitScript } from './task-limits-script.js'

/** What was set for a task while running. It outlasts all workers, and wins over the code. */
export interface TaskLimit {
  readonly rate?: RateWindow
  /** How many of its jobs run at once, at the most. */
  readonly maxConcurrency?: number
  /** A run is told to end after so long. */
  readonly softMs?: number
  /** A run is given up after so long. */
  readonly hardMs?: number
}

/** The limits that operators set. */
export class TaskLimits {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /** All of them, by task. */
  read(): Promise<ReadonlyMap<string, TaskLimit>> {
    return this.link.read((redis) => readTaskLimits(redis, this.keys))
  }

  /** Holds a task of a queue to a rate, for all workers at once; each key to its own where the code divides it. */
  setRate(queue: string, task: string, window: RateWindow): Promise<void> {
    return this.#change(queue, task, { rate: window }, { rate: window })
  }

  /**
   * Takes the rate away that was set, and puts the code's in its place, where it is known.
   *
   * @param code `none` where the code has no rate: jobs that still wait in the task's lane go free
   */
  clearRate(queue: string, task: string, code: RateWindow | 'none' | undefined): Promise<void> {
    return this.#change(queue, task, { rate: null }, code === undefined ? {} : { rate: code })
  }

  /** Lets at most so many jobs of a task run at once, over all workers; or of each key, where the code divides it. */
  setMaxConcurrency(queue: string, task: string, most: number): Promise<void> {
    return this.#change(queue, task, { maxConcurrency: most }, { maxConcurrency: most })
  }

  /** Takes the number away that was set, and puts the code's in its place; `none` where it has none. */
  clearMaxConcurrency(queue: string, task: string, code: number | 'none'): Promise<void> {
    return this.#change(queue, task, { maxConcurrency: null }, { maxConcurrency: code })
  }

  /** Holds a task's runs to times; what is left out has no limit. */
  setTimes(task: string, { softMs, hardMs }: Pick<TaskLimit, 'softMs' | 'hardMs'>): Promise<void> {
    return this.#change(undefined, task, { softMs: softMs ?? null, hardMs: hardMs ?? null })
  }

  clearTimes(task: string): Promise<void> {
    return this.#change(undefined, task, { softMs: null, hardMs: null })
  }

  #change(queue: string | undefined, task: string, patch: LimitPatch, now: LaneChange = {}): Promise<void> {
    // Limits of time have no lane; a script names all its keys all the same.
    const lane = laneOf(queue ?? '', task)
    const parts = ['meta', 'limiter', 'marker'].map((part) => this.keys.lane(lane, part))
    const args = [task, JSON.stringify(patch), JSON.stringify(now), this.keys.keyed(lane, '')]
    return this.link.read((redis) => runLimitScript(redis, [this.keys.limits, ...parts], args))
  }
}

/** What a lane is held to from now on; what is left out stays as it is. */
interface LaneChange {
  readonly rate?: RateWindow | 'none'
  readonly maxConcurrency?: number | 'none'
}

/** What changes of a task's limit: `null` takes a part away. */
type LimitPatch = { readonly [K in keyof TaskLimit]?: TaskLimit[K] | null }

/** The limits that operators set, by task. One that is damaged is left out. */
export async function readTaskLimits(redis: Connection, keys: Keys): Promise<ReadonlyMap<string, TaskLimit>> {
  const stored = Object.entries(await redis.hgetall(keys.limits))
  return new Map(stored.flatMap(([task, text]) => parseTaskLimit(text).map((limit) => [task, limit] as const)))
}

function parseTaskLimit(text: string): TaskLimit[] {
  try {
    const { rate, maxConcurrency, softMs, hardMs } = JSON.parse(text) as TaskLimit
    return [
      {
        ...(rate !== undefined && isCount(rate.max) && isCount(rate.durationMs) && { rate }),
        ...(isCount(maxConcurrency) && { maxConcurrency }),
        ...(isCount(softMs) && { softMs: Math.min(softMs, LONGEST_MS) }),
        ...(isCount(hardMs) && { hardMs: Math.min(hardMs, LONGEST_MS) }),
      },
    ]
  } catch {
    return []
  }
}

/** No timer is longer: one that is set for more ends at once. */
const LONGEST_MS = 2 ** 31 - 1

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
