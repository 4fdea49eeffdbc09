import { formatProblem, show } from '../errors/problems.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import { type EnqueueManyOptions, type ManyCalls, type ManyEnqueued, OF_ONE_JOB } from '../task/enqueue-many.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { OptionReader } from '../task/options/option-reader.js'
import { NO_OPTIONS } from './check-call.js'

/** Enqueues one call; says whether another job stands for it. */
type Send = (args: readonly unknown[], options: EnqueueOptions) => Promise<{ readonly deduplicated: boolean }>

const CHUNK = 500
const MAX_CHUNK = 10_000

/**
 * Enqueues calls chunk by chunk: while one is on its way the next is read, and no more than that.
 *
 * @throws TaskqError as an enqueue does, for the first call that fails, when its chunk is through: none after it is
 *   tried. `data` tells what came of the others. Also whatever `calls` throws, and the signal's reason
 */
export async function enqueueMany(
  task: string,
  calls: ManyCalls,
  options: EnqueueManyOptions,
  send: Send,
): Promise<ManyEnqueued> {
  const { call, chunk, onProgress, signal } = readOptions(task, calls, options)
  const run = new ManyRun((args) => send(args, call), onProgress)
  let underway: Promise<void> = Promise.resolve()
  try {
    for await (const part of chunksOf(calls, chunk)) {
      await underway
      signal?.throwIfAborted()
      underway = run.send(part)
      // Its failure is heard at the next await.
      underway.catch(() => {})
    }
  } finally {
    await underway
  }
  return run.counts
}

/** The counts of a run, and what it does to each chunk. */
class ManyRun {
  counts: ManyEnqueued = { enqueued: 0, deduplicated: 0 }
  #next = 0

  constructor(
    private readonly sendOne: (args: readonly unknown[]) => Promise<{ readonly deduplicated: boolean }>,
    private readonly onProgress: ((progress: ManyEnqueued) => void) | undefined,
  ) {}

  async send(calls: readonly (readonly unknown[])[]): Promise<void> {
    const first = this.#next
    this.#next += calls.length
    const settled = await Promise.allSettled(calls.map((args) => this.sendOne(args)))
    const through = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    const same = through.filter(({ deduplicated }) => deduplicated).length
    const { enqueued, deduplicated } = this.counts
    this.counts = { enqueued: enqueued + through.length - same, deduplicated: deduplicated + same }
    const failed = settled.flatMap(({ status }, index) => (status === 'rejected' ? first + index : []))
    if (failed.length > 0) throw this.#failure(settled[(failed[0] as number) - first] as PromiseRejectedResult, failed)
    this.onProgress?.(this.counts)
  }

  #failure({ reason }: PromiseRejectedResult, failed: readonly number[]): unknown {
    if (!isTaskqError(reason)) return reason
    const { code, message, hint, data } = reason
    const { enqueued, deduplicated } = this.counts
    const many = { ...data, failed, next: this.#next, enqueued, deduplicated }
    const what = `${message}; it was call ${failed[0]} of many, of which ${enqueued + deduplicated} came through`
    return new TaskqError(code, what, { ...(hint !== undefined && { hint }), data: many, cause: reason })
  }
}

async function* chunksOf(calls: ManyCalls, size: number): AsyncGenerator<(readonly unknown[])[]> {
  let chunk: (readonly unknown[])[] = []
  for await (const args of calls) {
    if (chunk.push(args) < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function readOptions(task: string, calls: unknown, options: EnqueueManyOptions) {
  const { onProgress, signal, chunk = CHUNK, ...call } = options
  const reader = new OptionReader({ ...call, onProgress, signal, chunk })
  for (const key of OF_ONE_JOB)
    if (reader.value(key) !== undefined) reader.refuse(key, 'no such option: it names one job')
  reader.wholeNumber('chunk', 1, MAX_CHUNK)
  reader.read('onProgress', 'a function', (value) => typeof value === 'function')
  reader.read('signal', 'an AbortSignal', (value) => value instanceof AbortSignal)
  if (!isIterable(calls))
    reader.problems.push({ key: 'calls', expected: 'an iterable of arrays of arguments', got: show(calls) })
  if (reader.problems.length > 0)
    throw new TaskqError('TASKQ_ENQUEUE_OPTION_INVALID', `${task}: ${reader.problems.map(formatProblem).join('; ')}`)
  return { onProgress, signal, chunk, call: Object.keys(call).length === 0 ? NO_OPTIONS : (call as EnqueueOptions) }
}

const isIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
