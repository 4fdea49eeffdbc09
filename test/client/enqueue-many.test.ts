import { describe, expect, test } from 'vitest'
import { enqueueMany } from '../../src/client/enqueue-many.js'
import { TaskqError } from '../../src/errors/taskq-error.js'
import type { EnqueueManyOptions } from '../../src/task/enqueue-many.js'
import type { EnqueueOptions } from '../../src/task/enqueue-options.js'
import { rejection } from '../support/refusal.js'

/** Sends nothing: every third call is the same job as an earlier one; `broken` is refused. */
function sender(broken: readonly number[] = []) {
  const calls: number[] = []
  const options: EnqueueOptions[] = []
  let underway = 0
  let most = 0
  const send = async ([number]: readonly unknown[], given: EnqueueOptions) => {
    most = Math.max(most, ++underway)
    await new Promise((resolve) => setImmediate(resolve))
    underway--
    calls.push(number as number)
    options.push(given)
    if (broken.includes(number as number))
      throw new TaskqError('TASKQ_PAYLOAD_INVALID', `many: call ${number} is wrong`, { data: { task: 'many' } })
    return { deduplicated: (number as number) % 3 === 2 }
  }
  return { send, calls, options, most: () => most }
}

function* numbers(count: number, onRead: (number: number) => void = () => {}) {
  for (let number = 0; number < count; number++) {
    onRead(number)
    yield [number]
  }
}

describe('many calls', () => {
  test('are sent chunk by chunk, each with the same options', async () => {
    const { send, calls, options, most } = sender()
    const seen: unknown[] = []
    const onProgress: EnqueueManyOptions['onProgress'] = (counts) => seen.push(counts)
    const counts = await enqueueMany('many', numbers(10), { chunk: 4, onProgress, queue: 'q' }, send)
    expect(counts).toEqual({ enqueued: 7, deduplicated: 3 })
    expect(calls).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(new Set(options.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"queue":"q"}']))
    expect(most()).toBe(4)
    expect(seen).toEqual([
      { enqueued: 3, deduplicated: 1 },
      { enqueued: 6, deduplicated: 2 },
      { enqueued: 7, deduplicated: 3 },
    ])
  })

  test('come from any iterable, also an asynchronous one, and may be none', async () => {
    const later = async function* () {
      yield* numbers(3)
    }
    for (const calls of [[[0], [1], [2]], numbers(3), later(), new Set([[0], [1], [2]])])
      expect(await enqueueMany('many', calls, {}, sender().send)).toEqual({ enqueued: 2, deduplicated: 1 })
    expect(await enqueueMany('many', [], {}, sender().send)).toEqual({ enqueued: 0, deduplicated: 0 })
  })

  test('are read as they are sent: at most two chunks are held', async () => {
    const { send, calls } = sender()
    let furthest = 0
    const read = (number: number) => {
      furthest = Math.max(furthest, number - calls.length)
    }
    await enqueueMany('many', numbers(1000, read), { chunk: 10 }, send)
    expect(calls).toHaveLength(1000)
    expect(furthest).toBeLessThanOrEqual(20)
  })

  test('end at the first that fails, when its chunk is through, and say what came of the others', async () => {
    const { send, calls } = sender([5, 6])
    let closed = false
    const closing = (function* () {
      try {
        yield* numbers(100)
      } finally {
        closed = true
      }
    })()
    const error = await rejection(enqueueMany('many', closing, { chunk: 4 }, send))
    expect(error).toMatchObject({
      code: 'TASKQ_PAYLOAD_INVALID',
      message: 'many: call 5 is wrong; it was call 5 of many, of which 6 came through',
      data: { task: 'many', failed: [5, 6], next: 8, enqueued: 5, deduplicated: 1 },
    })
    expect(calls).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(closed).toBe(true)
  })

  test('end at a signal, between two chunks', async () => {
    const { send, calls } = sender()
    const stop = new AbortController()
    const onProgress = ({ enqueued }: { enqueued: number }) => enqueued > 4 && stop.abort(new Error('enough'))
    await expect(
      enqueueMany('many', numbers(1000), { chunk: 4, signal: stop.signal, onProgress }, send),
    ).rejects.toThrow('enough')
    expect(calls.length).toBeLessThanOrEqual(12)
    await expect(enqueueMany('many', numbers(9), { signal: AbortSignal.abort(new Error('no')) }, send)).rejects.toThrow(
      'no',
    )
  })

  test('end at what their source throws; what is under way is waited for', async () => {
    const { send, calls } = sender()
    const source = (function* () {
      yield* numbers(6)
      throw new Error('the file ends here')
    })()
    await expect(enqueueMany('many', source, { chunk: 4 }, send)).rejects.toThrow('the file ends here')
    expect(calls).toEqual([0, 1, 2, 3])
  })

  test.each([
    [[], { chunk: 0 }, 'chunk: expected a whole number from 1 to 10000, got 0'],
    [[], { taskId: 'a' }, 'taskId: expected no such option: it names one job, got "a"'],
    [[], { idempotencyKey: 'a' }, 'idempotencyKey: expected no such option: it names one job, got "a"'],
    [[], { signal: {} }, 'signal: expected an AbortSignal, got an object'],
    [[], { onProgress: 5 }, 'onProgress: expected a function, got 5'],
    [5, {}, 'calls: expected an iterable of arrays of arguments, got 5'],
    ['text', {}, 'calls: expected an iterable of arrays of arguments, got "text"'],
  ])('are refused with %j %j', async (calls, options, message) => {
    const error = await rejection(enqueueMany('many', calls as never, options as never, sender().send))
    expect(error).toMatchObject({ code: 'TASKQ_ENQUEUE_OPTION_INVALID', message: `many: ${message}` })
  })
})
