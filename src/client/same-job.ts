import type { SameJob } from '../engine/delivery.js'
import type { TaskDefinition } from '../task/definition.js'
import type { ResolvedCall } from '../task/enqueue-problems.js'

/**
 * What makes a call the same as an earlier one: its idempotency key, else its own rule, else its task's. Undefined
 * where every call is a job.
 */
export function sameJobOf(
  _task: TaskDefinition | undefined,
  _name: string,
  _args: readonly unknown[],
  _call: ResolvedCall,
): SameJob | undefined {
  return undefined
}
