import type { Connection } from '../connection/connection.js'
import type { ActiveJob } from '../consumer.js'
import type { Keys } from '../keys.js'

/** Lines kept per job, the newest; and how long one may be. */
const MAX_LINES = 1000
const MAX_LINE = 65_536
const FLUSH_MS = 250

/**
 * Keeps a running job's log lines with the job. Lines are gathered and written a few times a second, and
 * before the run's end is stored, so that logging costs a task no round trip.
 */
export class JobLog {
  #lines: string[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly job: ActiveJob,
  ) {}

  add(line: string): void {
    this.#lines.push(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line)
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS)
  }

  /** Writes what is gathered. A log that cannot be written does not fail the job. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return this.#writing
    const lines = this.#lines
    this.#lines = []
    const key = `${this.keys.job(this.job.lane.lane, this.job.id)}:logs`
    this.#writing = this.#writing
      .then(() =>
        this.connection
          .pipeline()
          .rpush(key, ...lines)
          .ltrim(key, -MAX_LINES, -1)
          .exec(),
      )
      .then(
        () => {},
        () => {},
      )
    return this.#writing
  }
}
