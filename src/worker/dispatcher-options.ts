import type { AwaitedJob } from '../context/scope.js'
import type { ActiveJob, Pull } from '../engine/consumer.js'
import type { LaneName } from '../engine/lanes/lane.js'

/** What the dispatcher does with a job: run it, say what became of it, and hand over the lane's next job. */
export type RunJob = (job: ActiveJob, mayFetchNext: () => boolean) => Promise<Pull>

/** What a dispatcher is told. */
export interface DispatcherOptions {
  /** Jobs at once, over all lanes, at first. */
  readonly concurrency: number
  /** Jobs at once of one logical queue, where it has a limit of its own at first. */
  readonly queueConcurrency: ReadonlyMap<string, number>
  /** End when no lane has a job that may start. */
  readonly untilEmpty: boolean
  /** End after so many jobs. */
  readonly maxJobs: number
  readonly run: RunJob
  /** Gives a job back that came too late to run here. */
  readonly giveBack: (job: ActiveJob) => Promise<void>
  /** A lane has reached its rate limit: nothing more of it starts for so long. */
  readonly onLimited: (lane: LaneName, forMs: number) => void
  /** More runs wait than there are slots: what one more waits for is to come before all else. */
  readonly bringForward?: (awaited: AwaitedJob) => Promise<void>
  /** It has another number of slots. */
  readonly onResized?: () => void
  readonly onError: (error: Error) => void
}
