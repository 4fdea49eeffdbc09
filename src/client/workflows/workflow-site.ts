import type { Codec } from '../../codec/codec.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { Engine } from '../../engine/engine.js'
import type { TaskDefinition } from '../../task/definition.js'
import type { JobCall } from '../../task/job-call.js'
import type { Destination, KnownTask } from '../destination.js'

/** What workflows need of their client. */
export interface WorkflowSite {
  readonly engine: Engine
  readonly codec: Codec
  readonly config: Pick<ResolvedConfig, 'payload' | 'results' | 'deadLetters' | 'middleware'>
  readonly warn: (message: string) => void
  /** The trace that the calling code is a part of, where traces are kept. */
  traceHere(): string | undefined
  /** The task as far as it is known here. */
  known(task: string): KnownTask | Promise<KnownTask>
  /** The task's code, where it is in this process. */
  coded(task: string): TaskDefinition | undefined
  /** Where a call would go. @throws TaskqError where it may not go there */
  destination(
    call: Pick<JobCall, 'task' | 'args' | 'options'>,
    known: KnownTask,
    queue: string | undefined,
  ): Destination
  /** Enqueues a part as any call is: through the middlewares, checked, told. False where a middleware kept it back. */
  enqueuePart(call: JobCall): Promise<boolean>
}
