import type { BrokerLink } from './broker-link.js'
import { type JobRecord, parseJobRecord } from './job-record.js'
import type { Keys } from './keys.js'
import { parseLane } from './lane.js'
import { runPipeline } from './run-pipeline.js'

/** Finds and reads stored jobs. Every read costs the same however long the queues are. */
export class JobReader {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /** Reads a job; where no lane is given, all lanes are asked in one trip. */
  async find(jobId: string, lane?: string): Promise<JobRecord | undefined> {
    const inLane = lane ?? (await this.#laneOf(jobId))
    return inLane === undefined ? undefined : this.#read(jobId, inLane)
  }

  /** The last lines of a job's log, oldest first. */
  logs(job: JobRecord, count = 100): Promise<string[]> {
    const key = `${this.keys.job(job.lane, job.id)}:logs`
    return this.link.read((redis) => redis.lrange(key, -count, -1))
  }

  /** A large result, as JSON; undefined when its time is over. */
  async largeResult(jobId: string): Promise<string | undefined> {
    return (await this.link.read((redis) => redis.get(this.keys.result(jobId)))) ?? undefined
  }

  async #laneOf(jobId: string): Promise<string | undefined> {
    return this.link.read(async (redis) => {
      const lanes = await redis.smembers(this.keys.lanes)
      if (lanes.length === 0) return undefined
      const pipeline = redis.pipeline()
      for (const lane of lanes) pipeline.exists(this.keys.job(lane, jobId))
      return lanes[(await runPipeline(pipeline)).indexOf(1)]
    })
  }

  async #read(jobId: string, lane: string): Promise<JobRecord | undefined> {
    const key = this.keys.job(lane, jobId)
    const set = (part: string) => this.keys.lane(lane, part)
    return this.link.read(async (redis) => {
      const pipeline = redis
        .pipeline()
        .hgetall(key)
        .zscore(set('completed'), jobId)
        .zscore(set('failed'), jobId)
        .zscore(set('delayed'), jobId)
        .exists(`${key}:lock`)
        .zscore(set('waiting-children'), jobId)
      const [hash, succeeded, failed, delayed, locked, waiting] = await runPipeline(pipeline)
      if (hash === undefined || Object.keys(hash as object).length === 0) return undefined
      return parseJobRecord(jobId, lane, hash as Record<string, string>, {
        succeeded: succeeded !== null,
        failed: failed !== null,
        delayed: delayed !== null,
        locked: locked === 1,
        waitsForChildren: waiting !== null,
      })
    })
  }
}

/** The logical queue of a job. */
export const queueOf = (job: Pick<JobRecord, 'lane'>): string => parseLane(job.lane).queue
