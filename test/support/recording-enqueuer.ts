import type { CanvasData } from '../../src/canvas/canvas-data.js'
import type { AsyncResult } from '../../src/task/async-result.js'
import type { EnqueueOptions } from '../../src/task/enqueue-options.js'
import { bindEnqueuer } from '../../src/task/enqueuer.js'
import type { WorkflowOptions } from '../../src/task/workflow-options.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'

/** One job that would have been sent. */
export interface Sent {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
}

/** One workflow that would have been started. */
export interface Started {
  readonly canvas: CanvasData
  readonly options: WorkflowOptions
}

/** Binds an enqueuer that keeps what it is given, in the order in which it came. */
export function recordEnqueued(started: Started[] = []): Sent[] {
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
    startWorkflow: async (canvas, options = {}) => {
      started.push({ canvas, options })
      return { id: `w_${started.length}` } as WorkflowResult
    },
    startFromRun: async (canvas) => {
      started.push({ canvas, options: {} })
      return { id: `w_${started.length}` } as WorkflowResult
    },
    addMember: async (canvas) => {
      started.push({ canvas, options: {} })
      return { id: `w_${started.length}~0` } as AsyncResult
    },
  }))
  return sent
}
