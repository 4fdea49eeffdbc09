import type { ResolvedConfig } from '../config/resolved-config.js'
import type { IdleKey } from './call-limits.js'
import type { PlannedJob } from './plan-job.js'

/** Names come from callers too: what is remembered must not grow without end. */
const MAX_REMEMBERED = 1000

/** A clock that is further off than that is worth a word. */
const MOST_SKEW_MS = 1000

/** Warns of calls that are allowed, and hardly meant as they are: of each thing once per task. */
export class CallWarnings {
  readonly #warned = new Set<string>()

  constructor(
    private readonly payload: Pick<ResolvedConfig['payload'], 'warnBytes'>,
    private readonly warn: (message: string) => void,
  ) {}

  /** Looks at a call's job before it is sent. */
  look({ job, destination, lostPriority, idleKeys }: PlannedJob): void {
    this.#lookAtSize(job.task, job.data)
    if (lostPriority && this.#first(`priority ${job.task}`)) {
      const { queue } = destination
      this.warn(
        `${job.task}: its priority has no effect in the queue ${queue}; set queues.${queue}.priorities: true in the config`,
      )
    }
    for (const key of idleKeys) this.#lookAtKey(job.task, key)
  }

  /** Looks at this machine's clock once the broker has told its time. */
  lookAtClock(skewMs: number): void {
    if (Math.abs(skewMs) <= MOST_SKEW_MS || !this.#first('clock')) return
    const seconds = (Math.abs(skewMs) / 1000).toFixed(1)
    this.warn(
      `the broker's clock is ${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}: jobs go by it, but a Date that this machine makes does not; let NTP set both clocks`,
    )
  }

  /** A key that no limit is divided by. */
  #lookAtKey(task: string, key: IdleKey): void {
    if (!this.#first(`${key} ${task}`)) return
    this.warn(
      `${task}: ${key} of a call has no effect: the task has no ${key}; give it one, or leave that of the call out`,
    )
  }

  /** A payload that is allowed but heavy. */
  #lookAtSize(task: string, data: string): void {
    // A string has at most three bytes of UTF-8 per unit: most need no exact count.
    if (data.length * 3 <= this.payload.warnBytes) return
    const bytes = Buffer.byteLength(data)
    if (bytes <= this.payload.warnBytes || !this.#first(`size ${task}`)) return
    this.warn(`${task}: a payload of ${bytes} bytes slows the broker down; store the data elsewhere and send its key`)
  }

  #first(what: string): boolean {
    if (this.#warned.has(what) || this.#warned.size >= MAX_REMEMBERED) return false
    this.#warned.add(what)
    return true
  }
}
