import type { PoolKind } from '../../task/options/time-options.js'

/** Where a worker's tasks run. */
export interface PoolOptions {
  /** Where tasks run that do not say it. */
  readonly pool: PoolKind
  /** After so many runs, or where it holds more bytes after one, a child is replaced. Infinite where it stays. */
  readonly maxTasksPerChild: number
  readonly maxMemoryPerChild: number
  /** What children are made of; without it there can be none. */
  readonly children?: ChildSource
}

/** What children are made of. */
export interface ChildSource {
  /** The module that a child runs. */
  readonly entry: URL
  /** What that needs to load the project. Plain data. */
  readonly sources: unknown
  /** Its environment. Default: the worker's. */
  readonly env?: NodeJS.ProcessEnv
}
