import type { AsyncResult } from '../../src/task/async-result.js'
import type { EnqueueOptions } from '../../src/task/enqueue-options.js'
import { bindEnqueuer } from '../../src/task/enqueuer.js'

/** One job that would have been sent. */
export interface Sent {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
}

/** Binds an enqueuer that keeps what it is given, in the order in which it came. */
export function recordEnqueued(): Sent[] {
  const sent: Sent[] = []
  bindEnqueuer(() => ({
    enqueue: async (task, args, options = {}) => {
      sent.push({ task, args, options })
      return { id: `j${sent.length}`, task } as AsyncResult
    },
    enqueueMany: async (task, calls, options = {}) => {
      const before = sent.length
      for await (const args of calls) sent.push({ task, args, options: options as EnqueueOptions })
      return { enqueued: sent.length - before, deduplicated: 0 }
    },
  }))
  return sent
}
