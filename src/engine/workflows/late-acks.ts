import { partId, type WorkflowPart } from '../../task/names.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { withDeadline } from '../connection/deadline.js'
import type { NewJob } from '../delivery.js'
import type { Keys } from '../keys.js'
import { type AddedPart, ackParts, learnAck } from './ack-parts.js'

/** A node is its caller's for ten seconds. One that was handed out so lately need not be noted at once. */
const FRESH_MS = 2000
/** So long is waited for its end, and as long again at most. */
const WAIT_MS = 1500
/** Nothing waits longer for the broker to note them. */
const PATIENCE_MS = 1000
/** Parts that one command notes. */
const AT_ONCE = 100

/**
 * Notes of parts that they were added, a while later and many at a time: most links of a chain have ended by then, which
 * says the same. Whatever is not noted in time, a sweep finds out by itself.
 */
export class LateAcks {
  #parts = new Map<string, AddedPart>()
  /** Those that have been waited for. */
  #older = new Map<string, AddedPart>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /** Whether a job's workflow may hear of it later. */
  isFresh({ part }: NewJob): boolean {
    return part?.handedAt !== undefined && performance.now() - part.handedAt < FRESH_MS
  }

  add({ part, lane }: NewJob): void {
    if (part === undefined) return
    this.#parts.set(partId(part.workflow, part.node), { part, lane })
    this.#timer ??= setTimeout(() => this.#turn(), WAIT_MS).unref()
  }

  /** Its workflow knows by now. */
  forget({ workflow, node }: WorkflowPart): void {
    const id = partId(workflow, node)
    if (!this.#parts.delete(id)) this.#older.delete(id)
  }

  /** Notes all that is to be noted. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const parts = [...this.#older.values(), ...this.#parts.values()]
    this.#older.clear()
    this.#parts.clear()
    await this.#note(parts)
  }

  #turn(): void {
    const parts = [...this.#older.values()]
    this.#older = this.#parts
    this.#parts = new Map()
    this.#timer = this.#older.size === 0 ? undefined : setTimeout(() => this.#turn(), WAIT_MS).unref()
    void this.#note(parts)
  }

  async #note(parts: readonly AddedPart[]): Promise<void> {
    if (parts.length === 0 || !this.link.ready) return
    const noted = this.link.use((redis) => {
      learnAck(redis)
      const pipeline = redis.pipeline()
      for (let at = 0; at < parts.length; at += AT_ONCE) ackParts(pipeline, this.keys, parts.slice(at, at + AT_ONCE))
      return pipeline.exec()
    })
    await withDeadline(noted, PATIENCE_MS, () => new Error('no answer')).catch(() => {})
  }
}
