import { randomUUID } from 'node:crypto'
import type { RedisBroker } from '../../config/resolved-config.js'
import { isTaskqError } from '../../errors/taskq-error.js'
import { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import type { Keys } from '../keys.js'

/** Called when a job may be done, or has told how far it is. */
type Waiter = (event: FinishEvent | undefined) => void
type Follower = (event: FinishEvent | ProgressEvent) => void

/** What the event stream says of a job that ended. */
export interface FinishEvent {
  readonly kind: 'completed' | 'failed'
  /** The stored result, as JSON; it is all there is when the job itself was dropped. */
  readonly result: string | undefined
}

/** What the event stream says of a job that runs. */
export interface ProgressEvent {
  readonly kind: 'progress'
  /** What it told, as JSON. */
  readonly value: string
}

interface WatchedLane {
  lastId: string
  idleSince: number
  readonly waiters: Waiters<Waiter>
  /** Apart from those who wait: what happens between is told to nobody else. */
  readonly followers: Waiters<Follower>
}

type Waiters<W> = Map<string, Set<W>>

/** One read waits so long for events. */
const BLOCK_MS = 5000
/** A lane that nobody waits on is read so much longer: the next one to wait often comes soon. */
const LINGER_MS = 10_000
/** Events are lost when a stream is trimmed faster than it is read, so the state is asked as well: after a second, then ever more rarely. */
const FIRST_POLL_MS = 1000
const MAX_POLL_MS = 5000

/**
 * Tells when jobs end: by the lanes' event streams, over one connection of its own that is there while
 * somebody waits, and by asking now and then, since streams are trimmed.
 */
export class FinishWatch {
  readonly #lanes = new Map<string, WatchedLane>()
  /** A stream of our own that is read with the others: an entry in it ends a read that is under way. */
  readonly #nudges: string
  #lastNudge = '0-0'
  #link: BrokerLink | undefined
  #reading = false

  constructor(
    private readonly main: BrokerLink,
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
  ) {
    this.#nudges = keys.nudges(randomUUID())
  }

  /**
   * Calls `look` now, when the job's end is announced, and every few seconds, until it returns something or
   * `timeoutMs` is over; then returns `undefined`. When the signal is aborted, it throws that reason.
   */
  async until<T>(
    job: { readonly lane: string; readonly id: string },
    look: (event: FinishEvent | undefined) => Promise<T | undefined>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const deadline = performance.now() + timeoutMs
    let wake = () => {}
    let announced: FinishEvent | undefined
    let stirred = false
    const waiter: Waiter = (event) => {
      announced = event ?? announced
      stirred = true
      wake()
    }
    const forget = this.#add(await this.#watched(job.lane), 'waiters', job.id, waiter)
    const stop = () => waiter(undefined)
    signal?.addEventListener('abort', stop)
    try {
      for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, MAX_POLL_MS)) {
        stirred = false
        const found = await look(announced).catch(forgiveOutage)
        const leftMs = deadline - performance.now()
        if (found !== undefined || leftMs <= 0) return found
        signal?.throwIfAborted()
        if (stirred) continue
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(pollMs, leftMs))
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      forget()
    }
  }

  /**
   * Calls back with what a job tells of its progress, and when it ends, until the function that it returns is called.
   * It may miss some of it: ask as well.
   */
  async follow(job: { readonly lane: string; readonly id: string }, follower: Follower): Promise<() => void> {
    return this.#add(await this.#watched(job.lane), 'followers', job.id, follower)
  }

  close(): void {
    this.#lanes.clear()
    this.#dropLink()
  }

  #add<Kind extends 'waiters' | 'followers'>(
    watched: WatchedLane,
    kind: Kind,
    jobId: string,
    one: Kind extends 'waiters' ? Waiter : Follower,
  ): () => void {
    const all = watched[kind] as Waiters<typeof one>
    const own = all.get(jobId) ?? new Set()
    all.set(jobId, own.add(one))
    void this.#readWhileWatched()
    return () => {
      own.delete(one)
      if (own.size === 0) all.delete(jobId)
      watched.idleSince = performance.now()
    }
  }

  /** From the newest event on, read before the job's state is, so that no end falls between the two. */
  async #watched(lane: string): Promise<WatchedLane> {
    const there = this.#lanes.get(lane)
    if (there !== undefined) return there
    const newest = await this.main.read((redis) =>
      redis.xrevrange(this.keys.lane(lane, 'events'), '+', '-', 'COUNT', 1),
    )
    const known = this.#lanes.get(lane)
    if (known !== undefined) return known
    const watched = {
      lastId: newest[0]?.[0] ?? '0-0',
      idleSince: performance.now(),
      waiters: new Map(),
      followers: new Map(),
    }
    this.#lanes.set(lane, watched)
    if (this.#reading) await this.#nudge()
    return watched
  }

  async #nudge(): Promise<void> {
    await this.main.read((redis) =>
      redis
        .pipeline()
        .xadd(this.#nudges, 'MAXLEN', 1, '*', 'lane', '1')
        .pexpire(this.#nudges, 4 * BLOCK_MS)
        .exec(),
    )
  }

  async #readWhileWatched(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      this.#link ??= new BrokerLink(this.broker, BLOCK_MS)
      const { connection } = this.#link
      await this.#link.whenReady(BLOCK_MS)
      while (this.#lanes.size > 0) {
        await this.#readOnce(connection)
        this.#dropIdleLanes()
      }
    } catch {
      // Whoever waits goes on by asking now and then; the next one to wait connects anew.
      this.#dropLink()
    } finally {
      this.#reading = false
    }
  }

  /** Once only: a second disconnect of the same connection would hold the process for two seconds. */
  #dropLink(): void {
    this.#link?.connection.disconnect()
    this.#link = undefined
  }

  async #readOnce(connection: Connection): Promise<void> {
    const lanes = [...this.#lanes]
    const streams = [...lanes.map(([lane]) => this.keys.lane(lane, 'events')), this.#nudges]
    const lastIds = [...lanes.map(([, watched]) => watched.lastId), this.#lastNudge]
    const read = connection.xread('COUNT', 1000, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...lastIds)
    const replies = await withDeadline(read, 2 * BLOCK_MS, () => new Error('the event streams are silent'), false)
    for (const [stream, entries] of replies ?? []) {
      const watched = lanes[streams.indexOf(stream)]?.[1]
      if (watched === undefined) this.#lastNudge = entries.at(-1)?.[0] ?? this.#lastNudge
      else for (const [id, fields] of entries) announce(watched, id, fields)
    }
  }

  #dropIdleLanes(): void {
    const now = performance.now()
    for (const [lane, { waiters, followers, idleSince }] of this.#lanes) {
      if (waiters.size === 0 && followers.size === 0 && now - idleSince > LINGER_MS) this.#lanes.delete(lane)
    }
  }
}

function announce(watched: WatchedLane, id: string, fields: readonly string[]): void {
  watched.lastId = id
  const event = eventIn((name) => {
    const at = fields.indexOf(name)
    return at < 0 ? undefined : fields[at + 1]
  })
  if (event === undefined) return
  if (event.kind !== 'parked') for (const follower of watched.followers.get(event.jobId) ?? []) follower(event)
  if (event.kind === 'progress') return
  for (const waiter of watched.waiters.get(event.jobId) ?? []) waiter(event.kind === 'parked' ? undefined : event)
}

function eventIn(field: (name: string) => string | undefined) {
  const kind = field('event')
  const jobId = field('jobId') ?? ''
  if (kind === 'progress') return { jobId, kind, value: field('data') ?? 'null' } as const
  // It is in another lane now: who waits for it looks, and waits there.
  if (kind === 'parked') return { jobId, kind } as const
  if (kind !== 'completed' && kind !== 'failed') return undefined
  return { jobId, kind, result: kind === 'completed' ? field('returnvalue') : undefined } as const
}

/** Whoever waits has time: a broker that is away for a while may have the job's end when it is back. */
function forgiveOutage(error: unknown): undefined {
  if (!isTaskqError(error, 'TASKQ_BROKER_UNREACHABLE')) throw error
}
