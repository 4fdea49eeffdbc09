import { BUCKET_COUNT } from '../../stats/histogram.js'
import { noCounts, type TaskCounts } from '../../stats/task-counts.js'

/** What a worker counted since it last told. */
export interface StatsBatch {
  /** By the task's name. */
  readonly tasks: ReadonlyMap<string, TaskCounts>
  /** By the logical queue's name. */
  readonly queues: ReadonlyMap<string, QueuePulse>
}

/** How many of a queue's jobs ended in a stretch of time, in whatever way, and how many runs were followed by another. */
export interface QueuePulse {
  ended: number
  /** Of those that ended, the ones that failed for good. */
  failed: number
  retried: number
}

/** Names that go in one script: short enough that no other client waits noticeably, and that Lua has room for them. */
const MOST_NAMES = 500

/** Parts of a batch that are recorded one by one, each of them wholly or not at all. */
export function partsOf(batch: StatsBatch): readonly StatsBatch[] {
  const parts = Math.ceil(Math.max(batch.tasks.size, batch.queues.size) / MOST_NAMES)
  if (parts <= 1) return [batch]
  const [tasks, queues] = [[...batch.tasks], [...batch.queues]]
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * MOST_NAMES, (part + 1) * MOST_NAMES]
    return { tasks: new Map(tasks.slice(from, to)), queues: new Map(queues.slice(from, to)) }
  })
}

/**
 * A stored hash: the field is the name of a task or a queue, which may be anything; the value its counts as JSON, by
 * short marks: `{"s":90,"f":2,"w0":3,"r11":92}`. Only what is not zero is there.
 */
export type StoredHash = Readonly<Record<string, string>>

const ENDS = { s: 'succeeded', f: 'failed', t: 'retried', v: 'revoked', e: 'expired' } as const
const DURATIONS = { w: 'wait', r: 'run' } as const
const PULSES = { e: 'ended', f: 'failed', t: 'retried' } as const

/** The fields and values of what tasks did, those left out of which there is nothing to tell. */
export const encodeTasks = (tasks: ReadonlyMap<string, TaskCounts>): [name: string, json: string][] =>
  encode(tasks, (counts) => [
    ...Object.entries(ENDS).map(([mark, end]) => [mark, counts[end]] as const),
    ...Object.entries(DURATIONS).flatMap(([mark, kind]) =>
      counts[kind].map((count, bucket) => [`${mark}${bucket}`, count] as const),
    ),
  ])

/** The same for what queues did. */
export const encodeQueues = (queues: ReadonlyMap<string, QueuePulse>): [name: string, json: string][] =>
  encode(queues, (pulse) => Object.entries(PULSES).map(([mark, key]) => [mark, pulse[key]] as const))

function encode<T>(
  all: ReadonlyMap<string, T>,
  countsOf: (one: T) => (readonly [mark: string, count: number])[],
): [name: string, json: string][] {
  return [...all].flatMap(([name, one]) => {
    const counts = countsOf(one).filter(([, count]) => isCount(count) && count > 0)
    return counts.length === 0 ? [] : [[name, JSON.stringify(Object.fromEntries(counts))]]
  })
}

const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 0

/** Reads what tasks did. What is broken is left out. */
export function decodeTasks(hash: StoredHash): ReadonlyMap<string, TaskCounts> {
  return decode(hash, (stored) => {
    const counts = noCounts()
    for (const [mark, end] of Object.entries(ENDS)) counts[end] = stored(mark)
    for (const [mark, kind] of Object.entries(DURATIONS)) {
      for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) counts[kind][bucket] = stored(`${mark}${bucket}`)
    }
    return counts
  })
}

/** Reads what queues did. What is broken is left out. */
export const decodeQueues = (hash: StoredHash): ReadonlyMap<string, QueuePulse> =>
  decode(hash, (stored) => ({ ended: stored('e'), failed: stored('f'), retried: stored('t') }))

function decode<T>(hash: StoredHash, read: (stored: (mark: string) => number) => T): Map<string, T> {
  const all = new Map<string, T>()
  for (const [name, json] of Object.entries(hash)) {
    const stored = parseCounts(json)
    if (stored === undefined) continue
    all.set(
      name,
      read((mark) => (isCount(stored[mark]) ? stored[mark] : 0)),
    )
  }
  return all
}

function parseCounts(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const counts = JSON.parse(json) as Record<string, unknown> | null
    return typeof counts === 'object' && counts !== null ? counts : undefined
  } catch {
    return undefined
  }
}
