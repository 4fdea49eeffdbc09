import type { ActiveJob } from '../engine/consumer.js'
import type { JobReference, WorkerEvent } from '../events/worker-event.js'
import { isLimited } from '../task/options/limit-options.js'
import { outcomeEvent } from './outcome-event.js'
import type { RunOutcome } from './run-outcome.js'
import type { WorkerOptions } from './worker-options.js'

/** Tells those who listen what becomes of jobs, and counts how runs have ended. Whoever listens must not stop the work. */
export class JobNews {
  succeeded = 0
  failed = 0
  /** Limited tasks of which no job came past the limit yet. */
  readonly #limited: Set<string>

  constructor(
    private readonly options: Pick<WorkerOptions, 'tasks' | 'onEvent' | 'onLog'>,
    private readonly onTrouble: (error: Error) => void,
  ) {
    this.#limited = new Set(options.tasks.filter(isLimited).map((task) => task.name))
  }

  emit(event: WorkerEvent): void {
    this.#guard(() => this.options.onEvent(event))
  }

  /** Tells a line that a run logged. */
  readonly log: WorkerOptions['onLog'] = (...line) => this.#guard(() => this.options.onLog(...line))

  /** Tells how a run has ended. */
  tell(reference: JobReference, outcome: RunOutcome, runMs: number): void {
    if (outcome.kind === 'succeeded' || outcome.kind === 'ignored') this.succeeded++
    if (outcome.kind === 'retry' || outcome.kind === 'dead') this.failed++
    this.emit(outcomeEvent(reference, outcome, runMs))
    if (outcome.kind === 'succeeded') this.#tellInexact(reference, outcome.result.inexact)
  }

  /** A limited task's job belongs in its own lane; a producer that never heard of the limit put it into its queue's. */
  noticePassedLimit(job: ActiveJob): void {
    if (job.lane.name.task !== undefined || !this.#limited.delete(job.task)) return
    this.emit({ name: 'limit.passed', task: job.task, queue: job.lane.name.queue })
  }

  #tellInexact(reference: JobReference, inexact: { path: string; what: string } | undefined): void {
    if (inexact === undefined) return
    this.log('warn', reference, undefined, `${inexact.path} is ${inexact.what}: it was stored changed`)
  }

  #guard(listen: () => void): void {
    try {
      listen()
    } catch (error) {
      this.onTrouble(error as Error)
    }
  }
}
