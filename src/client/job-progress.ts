import { scopeHere } from '../context/scope.js'
import { whileWaiting } from '../context/while-waiting.js'
import { type FollowEnd, followProgress, type ProgressSource } from '../engine/jobs/follow-progress.js'

/** Which job is followed, how long, and how what it tells is read. */
export interface FollowedJob {
  readonly id: string
  /** Finds its lane. Throws where there is no such job. */
  readonly findLane: () => Promise<string>
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly read: (stored: unknown) => unknown
  readonly timeoutError: () => Promise<Error>
}

/** What a job tells of its progress, until it ends. */
export async function* readProgress(source: ProgressSource, job: FollowedJob): AsyncGenerator<unknown, void> {
  const { id, timeoutMs } = job
  const signal = eitherOf(job.signal, scopeHere()?.run?.signal)
  const following = followProgress(source, { id, lane: await job.findLane() }, { timeoutMs, signal })
  let end: FollowEnd | undefined
  try {
    for (;;) {
      const { done, value } = await whileWaiting(() => following.next())
      if (done === true) {
        end = value
        break
      }
      yield job.read(value)
    }
  } finally {
    if (end === undefined) await following.return('aborted')
  }
  if (end === 'timeout') throw await job.timeoutError()
}

const eitherOf = (one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined =>
  one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other])
