import type { PoolKind } from '../../task/options/time-options.js'
import type { Child } from './child.js'

/** A child for one run; `leave` gives it back to its pool. */
export interface LentChild {
  readonly child: Child
  leave(): void
}

/** Where runs of tasks are done. */
export interface RunPools {
  /** Where a job runs of which this is said. */
  kindOf(pool: PoolKind | undefined): PoolKind
  /**
   * A child that is ready to run a job.
   *
   * @throws where none can be made
   */
  lend(kind: Exclude<PoolKind, 'async'>): Promise<LentChild>
}
