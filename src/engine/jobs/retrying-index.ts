import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'

/** Jobs that are due stay noted for so long, or until a worker has taken them over, where none was there. */
const GRACE_MS = 10_000
/** How often a lane that has retries forgets those that are over. */
const PRUNE_EVERY_MS = 5000

/**
 * Which of a lane's jobs wait for their next run. The engine keeps them in one set with those whose first run is due
 * later; this one tells them apart at a price that only jobs that fail pay. It is a count for people, never what
 * decides about a job: a note that is too many is forgotten when its time comes.
 */
export class RetryingIndex {
  readonly #key: string
  #prunedAt = 0

  constructor(
    private readonly connection: Connection,
    keys: Keys,
    lane: string,
  ) {
    this.#key = keys.retrying(lane)
  }

  /**
   * Notes a job that is about to be put back. It is sent at once and not waited for: it reaches the broker before
   * whatever this connection sends next.
   */
  note(jobId: string, now: number, dueAt: number): void {
    this.connection.zadd(this.#key, dueAt, jobId).catch(ignore)
    if (now - this.#prunedAt < PRUNE_EVERY_MS) return
    this.#prunedAt = now
    pruneRetrying(this.connection, this.#key, now).catch(ignore)
  }

  /** Takes a note back: the job was not put back after all. */
  forget(jobId: string): void {
    this.connection.zrem(this.#key, jobId).catch(ignore)
  }
}

/** Forgets retries whose time came a while ago. */
export function pruneRetrying(connection: Connection, key: string, now: number): Promise<number> {
  return connection.zremrangebyscore(key, '-inf', now - GRACE_MS)
}

const ignore = (): void => {}
