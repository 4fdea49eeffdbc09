import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/** The field of a job that keeps its crashes, as JSON. Only jobs that a worker died with have it. */
export const CRASHES_FIELD = 'crashes'

/** A job that was removed meanwhile must not come back as a field of its own. */
const SAVE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], '${CRASHES_FIELD}', ARGV[1])
return 1
`

/** A job, and where it is. */
interface PlacedJob {
  readonly id: string
  readonly lane: { readonly lane: string }
}

/** What is kept of jobs that a worker died with. */
export class CrashRecords {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {}

  read(job: PlacedJob): Promise<string | null> {
    return this.connection.hget(this.#keyOf(job), CRASHES_FIELD)
  }

  async save(job: PlacedJob, record: string): Promise<void> {
    await this.connection.eval(SAVE, 1, this.#keyOf(job), record)
  }

  #keyOf({ id, lane }: PlacedJob): string {
    return this.keys.job(lane.lane, id)
  }
}
