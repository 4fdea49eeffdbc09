import type { RateWindow } from '../time/rate.js'
import type { BrokerLink } from './broker-link.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { laneOf } from './lane.js'
import { runLimitScript } from './task-limits-script.js'

/** What was set for a task while running. It outlasts all workers, and wins over the code. */
export interface TaskLimit {
  readonly rate?: RateWindow
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

  /** Holds a task of a queue to a rate, for all workers at once. */
  setRate(queue: string, task: string, window: RateWindow): Promise<void> {
    return this.#change(queue, task, { rate: window }, window)
  }

  /**
   * Takes the rate away that was set, and puts the code's in its place, where it is known.
   *
   * @param codeWindow `none` where the code has no rate: jobs that still wait in the task's lane go free
   */
  clearRate(queue: string, task: string, codeWindow: RateWindow | 'none' | undefined): Promise<void> {
    return this.#change(queue, task, { rate: null }, codeWindow)
  }

  /** Holds a task's runs to times; what is left out has no limit. */
  setTimes(task: string, { softMs, hardMs }: Pick<TaskLimit, 'softMs' | 'hardMs'>): Promise<void> {
    return this.#change(undefined, task, { softMs: softMs ?? null, hardMs: hardMs ?? null })
  }

  clearTimes(task: string): Promise<void> {
    return this.#change(undefined, task, { softMs: null, hardMs: null })
  }

  #change(queue: string | undefined, task: string, patch: LimitPatch, window?: RateWindow | 'none'): Promise<void> {
    // Limits of time have no lane; a script names all its keys all the same.
    const lane = laneOf(queue ?? '', task)
    const touched = [this.keys.limits, this.keys.lane(lane, 'meta'), this.keys.lane(lane, 'limiter')]
    const [max, durationMs] = window === 'none' ? ['none', ''] : [window?.max ?? '', window?.durationMs ?? '']
    const args = [task, JSON.stringify(patch), max, durationMs]
    return this.link.read((redis) => runLimitScript(redis, touched, args))
  }
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
    const { rate, softMs, hardMs } = JSON.parse(text) as TaskLimit
    return [
      {
        ...(rate !== undefined && isCount(rate.max) && isCount(rate.durationMs) && { rate }),
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
