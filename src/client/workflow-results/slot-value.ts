import type { Codec } from '../../codec/codec.js'
import { rootJobOf } from '../../engine/workflows/root-job.js'
import type { FailedNode, Slot, StoredValue } from '../../engine/workflows/workflow-record.js'
import type { JobFailure } from '../../errors/job-failure.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { WorkflowCause } from '../../errors/workflow-failed-error.js'
import type { Settled } from '../../task/workflow-result.js'

/** Reads what stands in a workflow's slots. */
export type SlotReader = Pick<Codec, 'decodeResult' | 'decodeLarge'>

/**
 * What a slot holds, as a task or a caller gets it: of a list with failures that are let be, how each ended.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_LOST` where it is gone, or a list has a hole; where it cannot be read: see
 * Codec.decodeLarge
 */
export function slotValue(workflow: string, slot: Slot, codec: SlotReader): unknown {
  if (slot.kind === 'value') return storedValue(slot.value, codec)
  if (slot.kind !== 'list') throw resultsGone(workflow)
  const { slots, allowFailures } = slot
  return slots.map((one) => (allowFailures ? settledSlot(workflow, one, codec) : slotValue(workflow, one, codec)))
}

/** The error of what is to go on with results that its workflow does not hold any more. */
export const resultsGone = (workflow: string): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_LOST', `results that ${workflow} held are gone`, {
    hint: 'Its record was removed, or evicted from a full broker, or its time was over. Start the workflow again.',
  })

/** How a member of a group ended, by its slot. */
export function settledSlot(workflow: string, slot: Slot, codec: SlotReader): Settled {
  return slot.kind === 'failed'
    ? { status: 'failed', error: causeOf(workflow, slot.cause) }
    : { status: 'succeeded', value: slotValue(workflow, slot, codec) }
}

/** A job's result, as it stands in a workflow's record. */
export function storedValue({ id, stored, large }: StoredValue, codec: SlotReader): unknown {
  const result = codec.decodeResult(id, stored)
  if ('value' in result) return result.value
  return large === undefined ? undefined : codec.decodeLarge(id, stored, large)
}

/** The job that failed, and why, without what is long. */
export function causeOf(workflow: string, failed: FailedNode): WorkflowCause {
  const { name, message, code } = innermost(failed.failure)
  return { ...rootJobOf(workflow, failed), name, message, ...(code !== undefined && { code }) }
}

/** What it failed with, where that workflow failed through a chord. */
function innermost({ from, code, cause, ...rest }: JobFailure): JobFailure {
  if (from !== undefined && code === 'TASKQ_WORKFLOW_CHORD' && cause !== undefined) return innermost(cause)
  return { ...rest, ...(code !== undefined && { code }) }
}
