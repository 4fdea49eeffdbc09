import type { EnqueueOptions } from './enqueue-options.js'

/** What `delayMany` and `sendMany` take: options that hold for every job, and how the whole goes. */
export interface EnqueueManyOptions extends Omit<EnqueueOptions, (typeof OF_ONE_JOB)[number]> {
  /** Called after each chunk with how many calls are through so far. */
  readonly onProgress?: (progress: ManyEnqueued) => void
  /** Ends it between two chunks: what was enqueued stays, and the signal's reason is thrown. */
  readonly signal?: AbortSignal
  /**
   * How many calls travel together, 1 to 10,000. Twice as many are in memory at most. Default 500.
   */
  readonly chunk?: number
}

/** The options that name one job: they make no sense for many. */
export const OF_ONE_JOB = [
  'taskId',
  'idempotencyKey',
  'idempotencyTtl',
] as const satisfies readonly (keyof EnqueueOptions)[]

/** How many calls came through. */
export interface ManyEnqueued {
  /** Those that became jobs. */
  readonly enqueued: number
  /** Those that another job stands for (`unique`, `throttle`…). */
  readonly deduplicated: number
}

/** Arguments of many calls: an array, a generator, a stream of rows… Read only as fast as the broker takes them. */
export type ManyCalls<Args extends readonly unknown[] = readonly unknown[]> = Iterable<Args> | AsyncIterable<Args>
