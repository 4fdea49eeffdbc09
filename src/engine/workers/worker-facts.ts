/** What a worker tells of itself. */
export interface WorkerFacts {
  readonly id: string
  /** `name@host`, as in Celery. */
  readonly name: string
  readonly host: string
  readonly pid: number
  readonly version: string
  readonly queues: readonly string[]
  readonly tasks: readonly string[]
  readonly concurrency: number
  readonly startedAt: number
  /** Jobs it runs now. */
  readonly active: number
  /** Runs that succeeded and that did not, since its start. */
  readonly succeeded: number
  readonly failed: number
  /** When this was said, in milliseconds since 1970, by the worker's clock. */
  readonly beatAt?: number
  /** When it was last heard of, by the broker's clock. It does not tell that itself: whoever reads the facts adds it. */
  readonly heardAt?: number
  /** True once it was told to stop. */
  readonly stopping?: boolean
  /** The jobs that it runs now, longest first; the first hundred. */
  readonly slots?: readonly RunningJob[]
  /** Bounds between which it chooses its slots itself. */
  readonly autoscale?: { readonly min: number; readonly max: number }
  readonly process?: ProcessFacts
}

/** A job that runs in a worker's slot. */
export interface RunningJob {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly attempt: number
  /** Milliseconds since 1970, by the worker's clock. */
  readonly startedAt: number
}

/** What a worker's process costs. */
export interface ProcessFacts {
  readonly rssBytes: number
  /** CPU time of its threads in cores, 1 is one core: since an earlier heartbeat, a second ago at least. */
  readonly cpu: number
  /** How late timers came in that time: the 99th percentile, in milliseconds. */
  readonly loopLagMs: number
  readonly node: string
}
