import type { RedisQueueBackend } from 'bullmq'
import type { JobFailure } from '../../errors/job-failure.js'
import type { HeldJob } from '../locks/held-job.js'
import type { EndingPart, PartEnds } from '../workflows/part-ends.js'
import { failureFields, unrunFields } from './job-tries.js'
import type { TakenJob } from './pull-reply.js'

/** How a run ended, for the broker. */
export interface Finish {
  /** Ask for the lane's next job in the same step. */
  readonly fetchNext: boolean
}

/** A job that is done. */
export interface Success extends Finish {
  /** Whether anything is kept of it. */
  readonly keep: boolean
  /** Of a workflow's part: its result for the workflow, a `StoredValue` as JSON. */
  readonly payload?: string
}

/** A job that failed for good. */
export interface Burial extends Finish {
  readonly keep?: boolean
  /** It ended before its task was called. */
  readonly withoutRun?: boolean | undefined
}

/** A job's end, to be told to the broker. */
export interface JobEnd {
  /** Tells it, and answers as the engine does to whoever asks for a job. */
  readonly tell: (fetchNext: boolean) => Promise<unknown>
  /** Where the job is a part of a workflow: what that made of it, once it is told. */
  readonly part: EndingPart | undefined
}

/** A job whose run ended, as it was taken. */
interface EndingJob extends TakenJob, HeldJob {}

/** Says for good how jobs of a lane ended. */
export class JobEnds {
  constructor(
    private readonly backend: RedisQueueBackend,
    private readonly parts: PartEnds,
    private readonly worker: string | undefined,
    private readonly now: () => number,
  ) {}

  success(job: EndingJob, result: unknown, { keep, payload }: Success): JobEnd {
    const part = this.parts.of(job.id, { stored: result, payload })
    const backend = part?.backend ?? this.backend
    const kept = keep ? KEEP : DROP
    return { part, tell: (next) => backend.moveToCompleted(asJob(job), result, kept, job.token, next).then(resultOf) }
  }

  burial(job: EndingJob, failure: JobFailure, { keep = true, withoutRun }: Burial): JobEnd {
    const fields = withoutRun ? unrunFields(job, failure) : failureFields(job, failure, this.worker, this.now())
    const part = this.parts.of(job.id, { failure })
    const backend = part?.backend ?? this.backend
    const kept = keep ? KEEP : DROP
    const tell = (next: boolean) =>
      backend.moveToFailed(asJob(job), failure.message, kept, job.token, next, fields).then(resultOf)
    return { part, tell }
  }
}

const resultOf = ({ result }: { result: unknown }): unknown => result

const KEEP = { count: -1 }
const DROP = { count: 0 }

/** What the engine reads of a job when it ends: its id, and options that only its own flows set. */
const asJob = (job: EndingJob) => ({ id: job.id, opts: { attempts: job.attemptsMade + 1 } }) as never
