import { BUCKET_COUNT } from '../stats/histogram.js'
import { noCounts, type TaskCounts } from '../stats/task-counts.js'

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

/** The fields of one stored hash, as `HINCRBY` takes them. Only what is not zero is stored. */
export type StoredCounts = readonly (readonly [field: string, count: number])[]

/** Stored hashes, as they are read: every value a text. */
export type StoredHash = Readonly<Record<string, string>>

const ENDS = { s: 'succeeded', f: 'failed', t: 'retried', v: 'revoked' } as const
const DURATIONS = { w: 'wait', r: 'run' } as const
const PULSES = { e: 'ended', f: 'failed', t: 'retried' } as const

/** The metric comes first: names may contain anything. */
export function encodeTasks(tasks: ReadonlyMap<string, TaskCounts>): StoredCounts {
  return [...tasks]
    .flatMap(([task, counts]) => [
      ...Object.entries(ENDS).map(([mark, end]) => [`${mark}:${task}`, counts[end]] as const),
      ...Object.entries(DURATIONS).flatMap(([mark, kind]) =>
        counts[kind].map((count, bucket) => [`${mark}${bucket}:${task}`, count] as const),
      ),
    ])
    .filter(isCount)
}

export function encodeQueues(queues: ReadonlyMap<string, QueuePulse>): StoredCounts {
  return [...queues]
    .flatMap(([queue, pulse]) => Object.entries(PULSES).map(([mark, key]) => [`${mark}:${queue}`, pulse[key]] as const))
    .filter(isCount)
}

const isCount = ([, count]: readonly [string, number]): boolean => Number.isSafeInteger(count) && count > 0

/** Reads what {@link encodeTasks} wrote. A field that is broken is left out. */
export function decodeTasks(hash: StoredHash): ReadonlyMap<string, TaskCounts> {
  const tasks = new Map<string, TaskCounts>()
  for (const { mark, bucket, name, count } of fieldsOf(hash)) {
    const counts = tasks.get(name) ?? noCounts()
    if (bucket === undefined && isKey(ENDS, mark)) counts[ENDS[mark]] = count
    else if (bucket !== undefined && bucket < BUCKET_COUNT && isKey(DURATIONS, mark))
      counts[DURATIONS[mark]][bucket] = count
    else continue
    tasks.set(name, counts)
  }
  return tasks
}

/** Reads what {@link encodeQueues} wrote. A field that is broken is left out. */
export function decodeQueues(hash: StoredHash): ReadonlyMap<string, QueuePulse> {
  const queues = new Map<string, QueuePulse>()
  for (const { mark, bucket, name, count } of fieldsOf(hash)) {
    if (bucket !== undefined || !isKey(PULSES, mark)) continue
    const pulse = queues.get(name) ?? { ended: 0, failed: 0, retried: 0 }
    pulse[PULSES[mark]] = count
    queues.set(name, pulse)
  }
  return queues
}

interface Field {
  readonly mark: string
  readonly bucket: number | undefined
  readonly name: string
  readonly count: number
}

const FIELD = /^([a-z])(\d{1,2})?:(.*)$/s
const COUNT = /^\d{1,15}$/

function* fieldsOf(hash: StoredHash): Generator<Field> {
  for (const [field, value] of Object.entries(hash)) {
    const match = FIELD.exec(field)
    if (match === null || !COUNT.test(value)) continue
    const [, mark = '', bucket, name = ''] = match
    yield { mark, bucket: bucket === undefined ? undefined : Number(bucket), name, count: Number(value) }
  }
}

const isKey = <T extends object>(table: T, key: string): key is keyof T & string => Object.hasOwn(table, key)
