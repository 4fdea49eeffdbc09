import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline, settlePipeline } from '../connection/run-pipeline.js'
import { type AuditEntry, parseAudit } from '../dead/audit.js'
import type { Keys } from '../keys.js'
import { parseLane } from '../lanes/lane.js'
import { type JobRecord, parseJobRecord, workflowIn } from './job-record.js'
import { parseTries, type StoredTry } from './job-tries.js'
import { ENGINE_SCALE } from './job-walk.js'
import { AUDIT_FIELD } from './retry-script.js'

/** Ids that are looked for in one pipeline, in every lane. */
const IDS_AT_ONCE = 200

/** A job with what only a close look needs. */
export interface JobStory {
  readonly job: JobRecord
  /** The worker that took it last. */
  readonly worker: string | undefined
  /** The runs that failed, oldest first; the last twenty. */
  readonly tries: readonly StoredTry[]
  /** What operators did with it, oldest first. */
  readonly audit: readonly AuditEntry[]
  /** How long it was to wait for its first run. */
  readonly firstDelayMs: number
  /** When it may run, where it waits for its time. */
  readonly dueAt: number | undefined
}

interface LoadedJob {
  readonly job: JobRecord
  readonly hash: Readonly<Record<string, string>>
  readonly delayedScore: string | null
}

/** Finds and reads stored jobs. Every read costs the same however long the queues are. */
export class JobReader {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /** Reads a job. Where it is not in the lane that is given, or none is, all lanes are asked in one trip: jobs move. */
  async find(jobId: string, lane?: string): Promise<JobRecord | undefined> {
    const there = lane === undefined ? undefined : await this.#read(jobId, lane)
    if (there !== undefined) return there
    const inLane = await this.#laneOf(jobId)
    return inLane === undefined || inLane === lane ? undefined : this.#read(jobId, inLane)
  }

  /** Reads a job with what only a close look needs. */
  async findStory(jobId: string): Promise<JobStory | undefined> {
    const lane = await this.#laneOf(jobId)
    const found = lane === undefined ? undefined : await this.#load(jobId, lane)
    if (found === undefined) return undefined
    const { job, hash, delayedScore } = found
    return {
      job,
      worker: hash.pb,
      tries: parseTries(hash),
      audit: parseAudit(hash[AUDIT_FIELD]),
      firstDelayMs: parseDelay(hash.opts),
      dueAt: delayedScore === null ? undefined : Math.floor(Number(delayedScore) / ENGINE_SCALE),
    }
  }

  /**
   * The lanes in which these jobs are, by id; jobs that are nowhere are missing. A name is a job's where its hash says
   * when it was enqueued, or last started: the engine keeps others beside it.
   */
  async lanesOf(jobIds: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (let at = 0; at < jobIds.length; at += IDS_AT_ONCE) {
      const ids = jobIds.slice(at, at + IDS_AT_ONCE)
      await this.link.read(async (redis) => {
        const lanes = await redis.smembers(this.keys.lanes)
        const places = ids.flatMap((id) => lanes.map((lane) => ({ id, lane })))
        const pipeline = redis.pipeline()
        for (const { id, lane } of places) pipeline.hmget(this.keys.job(lane, id), 'timestamp', 'processedOn')
        const replies = await settlePipeline(pipeline)
        places.forEach(({ id, lane }, index) => {
          if (isJob(replies[index])) found.set(id, lane)
        })
      })
    }
    return found
  }

  /** The workflows that jobs of a lane wait for, or ended like; undefined for others. */
  async endedLike(lane: string, jobIds: readonly string[]): Promise<(string | undefined)[]> {
    const replies = await this.link.read((redis) => {
      const pipeline = redis.pipeline()
      for (const id of jobIds) pipeline.hget(this.keys.job(lane, id), 'opts')
      return settlePipeline(pipeline)
    })
    return replies.map((options) => (typeof options === 'string' ? workflowIn(options) : undefined))
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
    return (await this.lanesOf([jobId])).get(jobId)
  }

  async #read(jobId: string, lane: string): Promise<JobRecord | undefined> {
    return (await this.#load(jobId, lane))?.job
  }

  async #load(jobId: string, lane: string): Promise<LoadedJob | undefined> {
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
      const job = parseJobRecord(jobId, lane, hash as Record<string, string>, {
        succeeded: succeeded !== null,
        failed: failed !== null,
        delayed: delayed !== null,
        locked: locked === 1,
        waitsForChildren: waiting !== null,
      })
      return { job, hash: hash as Record<string, string>, delayedScore: delayed as string | null }
    })
  }
}

const isJob = (reply: unknown): boolean => Array.isArray(reply) && reply.some((field) => field !== null)

function parseDelay(opts: string | undefined): number {
  try {
    const delay = Number((JSON.parse(opts ?? '{}') as { delay?: unknown }).delay ?? 0)
    return Number.isFinite(delay) ? delay : 0
  } catch {
    return 0
  }
}

/** The logical queue of a job. */
export const queueOf = (job: Pick<JobRecord, 'lane'>): string => parseLane(job.lane).queue
