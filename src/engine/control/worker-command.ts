/**
 * What a worker can be told while it runs. It travels by publish/subscribe, so it reaches the workers that live now;
 * what must outlast them (a rate limit, a time limit, a pause, a revoke) is stored as well, and `refresh` only says
 * that it was.
 */
export type WorkerCommand =
  /** Say that you live. */
  | { readonly name: 'ping' }
  /** Tell your settings, secrets masked. */
  | { readonly name: 'conf' }
  /** Run so many jobs at once; of one queue, where it is named. */
  | { readonly name: 'concurrency'; readonly slots: number; readonly queue?: string }
  | { readonly name: 'pool-grow'; readonly by: number }
  | { readonly name: 'pool-shrink'; readonly by: number }
  /** Keep the number of slots between these by yourself; without them, leave it as it is. */
  | { readonly name: 'autoscale'; readonly min?: number; readonly max?: number }
  | { readonly name: 'add-queue'; readonly queue: string }
  | { readonly name: 'cancel-queue'; readonly queue: string }
  /** End as on SIGTERM. */
  | { readonly name: 'shutdown' }
  /** Stored limits have changed: read them again now. */
  | { readonly name: 'refresh' }
  /**
   * These jobs were revoked: look which of them run here. With `ahead`, there was no such job yet: look what is stored. No
   * answer is expected.
   */
  | { readonly name: 'revoked'; readonly ids: readonly string[]; readonly ahead: boolean }
  /** Somebody watches: beat every second and publish events for so long. No answer is expected. */
  | { readonly name: 'watch'; readonly forMs: number }

export type WorkerCommandName = WorkerCommand['name']

/** What a worker answers. */
export interface WorkerReply {
  /** The worker's id and name. */
  readonly id: string
  readonly worker: string
  /** False where the worker refused; `text` says why. */
  readonly ok: boolean
  /** For people: `concurrency is 12 now (was 10)`. */
  readonly text: string
  /** For programs: what the command asked for (`conf`, `ping`). */
  readonly data?: unknown
}
