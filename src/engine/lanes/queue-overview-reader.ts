import type { RateWindow } from '../../time/rate.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { parseLane } from './lane.js'
import { LaneRegistry } from './lane-registry.js'
import type { LaneLimit, QueueOverview } from './queue-overview.js'
import { type LaneReply, readLanes, type WaitingReply } from './queue-overview-script.js'

/** How all queues stand. */
export interface QueueOverviews {
  /** The broker's time, in milliseconds since 1970. */
  readonly at: number
  /** Every queue that ever had a job, by name. */
  readonly queues: readonly QueueOverview[]
}

/** Lanes in one script: short enough that no other client waits noticeably. */
const LANES_AT_ONCE = 50

/** Reads how all queues stand: two trips, however many there are and however long they are. */
export async function readQueueOverviews(connection: Connection, keys: Keys): Promise<QueueOverviews> {
  const lanes = await new LaneRegistry(connection, keys).all()
  const parts = [lanes.slice(0, LANES_AT_ONCE)]
  for (let from = LANES_AT_ONCE; from < lanes.length; from += LANES_AT_ONCE) {
    parts.push(lanes.slice(from, from + LANES_AT_ONCE))
  }
  const replies = await Promise.all(parts.map((part) => readLanes(connection, keys, part)))
  const at = replies[0]?.[0] ?? Date.now()
  const byQueue = new Map<string, QueueOverview>()
  replies
    .flatMap(([, told]) => told)
    .forEach((reply, index) => {
      const lane = overviewOf(lanes[index] ?? '', reply, at)
      const sum = byQueue.get(lane.queue)
      byQueue.set(lane.queue, sum === undefined ? lane : addUp(sum, lane))
    })
  return { at, queues: [...byQueue.values()].sort((a, b) => (a.queue < b.queue ? -1 : 1)) }
}

function overviewOf(lane: string, reply: LaneReply, at: number): QueueOverview {
  const [wait, prioritized, delayed, active, completed, failed, blocked, noted, [paused]] = reply
  const firsts = reply.slice(-3) as (WaitingReply | null)[]
  const { queue, task } = parseLane(lane)
  const retrying = Math.min(delayed, noted)
  return {
    queue,
    queued: wait + prioritized,
    blocked,
    scheduled: delayed - retrying,
    retrying,
    active,
    succeeded: completed,
    dead: failed,
    oldestQueuedAt: firsts.map((first) => waitsSince(first, at)).reduce(earliest),
    paused: paused !== null && paused !== undefined,
    limits: task === undefined ? [] : limitsOf(task, reply),
  }
}

function addUp(sum: QueueOverview, lane: QueueOverview): QueueOverview {
  return {
    queue: sum.queue,
    queued: sum.queued + lane.queued,
    blocked: sum.blocked + lane.blocked,
    scheduled: sum.scheduled + lane.scheduled,
    retrying: sum.retrying + lane.retrying,
    active: sum.active + lane.active,
    succeeded: sum.succeeded + lane.succeeded,
    dead: sum.dead + lane.dead,
    oldestQueuedAt: earliest(sum.oldestQueuedAt, lane.oldestQueuedAt),
    paused: sum.paused || lane.paused,
    limits: [...sum.limits, ...lane.limits],
  }
}

function limitsOf(task: string, reply: LaneReply): LaneLimit[] {
  const [wait, prioritized, , , , , , , meta, started, ttlMs, override] = reply
  const [max, durationMs, most, keyMax, keyDurationMs, keyMost] = meta.slice(1).map(Number)
  const native = windowOf(max, durationMs)
  const window = native ?? windowOf(keyMax, keyDurationMs)
  const maxConcurrency = countOf(most) ?? countOf(keyMost)
  if (window === undefined && maxConcurrency === undefined) return []
  const keyed = (['rate', 'concurrency'] as const).filter((limit) =>
    limit === 'rate' ? window !== native : maxConcurrency !== countOf(most),
  )
  return [
    {
      task,
      ...(window && { window }),
      ...(maxConcurrency !== undefined && { maxConcurrency }),
      ...(keyed.length > 0 && { keyed }),
      overridden: hasLimit(override),
      limitedForMs: native !== undefined && Number(started) >= native.max ? Math.max(0, ttlMs) : 0,
      queued: wait + prioritized,
    },
  ]
}

const countOf = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined

const windowOf = (max: number | undefined, durationMs: number | undefined): RateWindow | undefined =>
  max !== undefined && max > 0 && durationMs !== undefined && durationMs > 0 ? { max, durationMs } : undefined

const hasLimit = (override: string | null): boolean =>
  typeof (fieldOf(override, 'rate') ?? false) === 'object' || typeof fieldOf(override, 'maxConcurrency') === 'number'

function delayOf(options: string | null): number {
  const delay = fieldOf(options, 'delay')
  return typeof delay === 'number' && delay > 0 ? delay : 0
}

/** One field of a stored record; nothing of one that is broken. */
function fieldOf(json: string | null, name: string): unknown {
  try {
    return (JSON.parse(json ?? 'null') as Record<string, unknown> | null)?.[name]
  } catch {
    return undefined
  }
}

/**
 * Since when a job could have run: since its time came, or since it was last put back. Where nobody noted that, as when
 * its worker was lost, it waits at most since its last run began. One that was put forward by hand waits since now, as
 * far as anybody knows.
 */
function waitsSince(waiting: WaitingReply | null, at: number): number | undefined {
  if (waiting === null) return undefined
  const [timestamp, noted, startedAt, options] = waiting
  const times = [Number(timestamp ?? Number.NaN) + delayOf(options), Number(noted), Number(startedAt)]
  const since = Math.max(...times.filter((time) => time > 0))
  return Number.isFinite(since) ? Math.min(since, at) : undefined
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
