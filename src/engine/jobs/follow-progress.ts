import { isTaskqError } from '../../errors/taskq-error.js'
import type { FinishWatch } from './finish-watch.js'
import type { JobRecord, JobStanding } from './job-record.js'

/** What following a job's progress needs. */
export interface ProgressSource {
  readonly jobs: { find(id: string, lane: string): Promise<FollowedJob | undefined> }
  readonly finish: Pick<FinishWatch, 'follow'>
}

/** What is looked at of what is followed. */
type FollowedJob = Pick<JobRecord, 'lane' | 'progress'> & {
  readonly standing: Pick<JobStanding, 'succeeded' | 'failed'>
}

/** How long a job is followed that does not end. */
export interface FollowLimits {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Why nothing more is told. */
export type FollowEnd = 'over' | 'timeout' | 'aborted'

/** Events are lost when a stream is trimmed faster than it is read, so the job is looked at as well, ever more rarely. */
const FIRST_LOOK_MS = 1000
const MAX_LOOK_MS = 5000

/**
 * What a job stores as its progress, each time that it has changed, until the job has ended, or is gone.
 *
 * The job itself is looked at; its lane's events only say when. So nothing is told twice or in a wrong order, the last
 * value is always told, and a broker that was away is taken up where it is.
 */
export async function* followProgress(
  source: ProgressSource,
  job: { readonly id: string; readonly lane: string },
  { timeoutMs, signal }: FollowLimits,
): AsyncGenerator<unknown, FollowEnd> {
  const deadline = performance.now() + timeoutMs
  const ear = new Ear(source, job.id)
  let told: string | undefined
  await ear.listenIn(job.lane)
  signal?.addEventListener('abort', ear.ring)
  try {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, MAX_LOOK_MS)) {
      const { value, isOver } = await ear.look(job.lane)
      if (value !== undefined && value !== told) {
        told = value
        yield JSON.parse(value)
      }
      if (isOver) return 'over'
      if (signal?.aborted === true) return 'aborted'
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) return 'timeout'
      await ear.wait(Math.min(lookMs, leftMs))
    }
  } finally {
    signal?.removeEventListener('abort', ear.ring)
    ear.close()
  }
}

/** Listens for one job, and looks at it. */
class Ear {
  #lane: string | undefined
  #forget = () => {}
  #heard: string | undefined
  #isRung = false
  #wake = () => {}

  constructor(
    private readonly source: ProgressSource,
    private readonly id: string,
  ) {}

  /** Something may have changed. */
  readonly ring = (): void => {
    this.#isRung = true
    this.#wake()
  }

  async listenIn(lane: string): Promise<void> {
    if (lane === this.#lane) return
    this.close()
    this.#forget = await this.source.finish.follow({ id: this.id, lane }, (event) => {
      if (event.kind === 'progress') this.#heard = event.value
      this.ring()
    })
    this.#lane = lane
  }

  /** How far the job is, as JSON. Of one that was dropped at its end, the last that was heard. */
  async look(lane: string): Promise<{ readonly value?: string | undefined; readonly isOver: boolean }> {
    this.#isRung = false
    try {
      const job = await this.source.jobs.find(this.id, lane)
      if (job === undefined) return { value: this.#heard, isOver: true }
      const isOver = job.standing.succeeded || job.standing.failed
      if (!isOver) await this.listenIn(job.lane)
      return { value: progressIn(job), isOver }
    } catch (error) {
      if (isTaskqError(error, 'TASKQ_BROKER_UNREACHABLE')) return { isOver: false }
      throw error
    }
  }

  /** Returns when something may have changed since the last look, or after so long. */
  wait(ms: number): Promise<void> {
    if (this.#isRung) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  close(): void {
    this.#forget()
  }
}

const progressIn = ({ progress }: FollowedJob): string | undefined =>
  progress === undefined ? undefined : JSON.stringify(progress)
