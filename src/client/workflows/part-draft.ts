import type { TaskData } from '../../canvas/canvas-data.js'
import type { Codec } from '../../codec/codec.js'
import type { Envelope, PayloadLimits } from '../../codec/envelope.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { EnqueueOptions } from '../../task/enqueue-options.js'
import { partId } from '../../task/names.js'
import type { TaskCodecOptions } from '../../task/options/payload-options.js'
import { NO_OPTIONS } from '../check-call.js'
import { lineageHere } from '../lineage.js'
import type { WorkflowSite } from './workflow-site.js'

/** Which node of which workflow, and the task that it is a call of. */
export interface PartIdentity {
  readonly workflow: string
  readonly node: number
  readonly task: string
}

/** A part that is no job yet: what its job will be made of, without the result that it still waits for. */
export interface PartDraft extends Pick<TaskData, 'args' | 'immutable' | 'each'> {
  readonly options: EnqueueOptions
  /** It becomes ready then at the earliest, in milliseconds since 1970. */
  readonly readyAt?: number | undefined
  readonly expiresAt?: number | undefined
  /** Where its workflow was made. */
  readonly lineage: Pick<Envelope, 'parent' | 'root' | 'context' | 'trace'>
}

/**
 * Writes a part's call for the workflow's record: as its job will be written, encrypted and signed where that is. It is
 * bound to the part's call, so that nobody can make it the part's job.
 *
 * @throws TaskqError as `Codec.encodeEnvelope`
 */
export function encodeDraft(
  part: PartIdentity,
  { args, immutable, each, options, readyAt, expiresAt, lineage }: PartDraft,
  codec: Codec,
  limits: PayloadLimits,
  wanted?: TaskCodecOptions,
): string {
  const call = {
    ...(Object.keys(options).length > 0 && { options }),
    ...(immutable && { immutable }),
    ...(readyAt !== undefined && { readyAt }),
  }
  const draft = { args, each, expiresAt, ...(Object.keys(call).length > 0 && { call }), ...lineage }
  return `${part.task}\n${codec.encodeEnvelope(ownerOf(part), draft, limits, wanted)}`
}

/** The task that a written call is of. Its name stands before the rest. */
export const taskOf = (call: string): string => call.slice(0, Math.max(0, call.indexOf('\n')))

/** Reads what {@link encodeDraft} wrote. @throws TaskqError `TASKQ_PAYLOAD_…` where it cannot be read */
export function decodeDraft(part: PartIdentity, written: string, codec: Codec): PartDraft {
  const text = written.slice(part.task.length + 1)
  const decoded = codec.decodeEnvelope(ownerOf(part), text)
  if (decoded.kind === 'malformed' || decoded.kind === 'refused') throw decoded.error
  if (decoded.kind === 'missing-key') throw keyMissing(part, decoded.keyId)
  if (decoded.kind === 'later-version')
    throw new TaskqError('TASKQ_PAYLOAD_MALFORMED', `${part.task}: its call is of a later taskq`, {
      data: { laterVersion: true },
    })
  const { args, each, expiresAt, call = {}, parent, root, context, trace } = decoded.envelope
  const { options, immutable, readyAt } = call as { [Key in keyof PartDraft]?: unknown }
  return {
    args,
    ...(each && { each }),
    expiresAt,
    options: isRecord(options) ? (options as EnqueueOptions) : NO_OPTIONS,
    immutable: immutable === true,
    readyAt: typeof readyAt === 'number' ? readyAt : undefined,
    lineage: {
      ...(parent !== undefined && { parent }),
      ...(root !== undefined && { root }),
      ...(context && { context }),
      ...(trace !== undefined && { trace }),
    },
  }
}

const ownerOf = ({ workflow, node, task }: PartIdentity) => ({ id: `${partId(workflow, node)}~call`, task })

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const keyMissing = ({ task }: PartIdentity, keyId: string): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_KEY_MISSING', `${task}: its call needs the key ${JSON.stringify(keyId)}`, {
    hint: 'Workers that run parts of a workflow need the keys of all of its parts: codec.encrypt.keys.',
  })

/** What all parts of a workflow that is made here take along. */
export function lineageOf({ traceHere }: Pick<WorkflowSite, 'traceHere'>): PartDraft['lineage'] {
  const trace = traceHere()
  return { ...lineageHere(), ...(trace !== undefined && { trace }) }
}
