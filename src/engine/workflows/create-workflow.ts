import { randomUUID } from 'node:crypto'
import { isTaskqError, TaskqError } from '../../errors/taskq-error.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { noteChildren } from '../jobs/children.js'
import type { Keys } from '../keys.js'
import { ledgerCommands } from './ledger-commands.js'
import { MOST_HANDED } from './ledger-script.js'
import { parseMove } from './move-reply.js'
import { becomesJob, nodeText, targetsText } from './node-text.js'
import type { NewNode, NewWorkflow, WorkflowMove } from './workflow-record.js'

/** Nodes that are written at a time. */
const CHUNK = 500
/** Bytes that are written at a time: calls may be large. */
const CHUNK_BYTES = 4_000_000

/** How many of these are on their way at once: the broker works while the next is put together. */
const CHUNKS_AT_ONCE = 4

/** A draft that nobody opens is gone after so long. */
const DRAFT_MS = 3_600_000

/** Why a draft is not all there. */
export const CUT_DRAFT = 'its record was removed before it was complete'

/** What came of it: whether the workflow is this one, and what is to be made jobs first. */
export interface CreatedWorkflow {
  readonly isNew: boolean
  readonly move: WorkflowMove
}

/** How a workflow is made. */
export interface Making {
  /** The caller keeps the calls that it begins with: those nodes are handed out without, and more at once. */
  readonly keepsCalls?: boolean
}

/** Nodes that are handed at once to whoever has their calls. */
const MOST_KEPT = 250

/** Writes a workflow's record under a name of its own, bit by bit, and then makes it the workflow, in one step. */
export async function createWorkflow(
  link: BrokerLink,
  keys: Keys,
  workflow: NewWorkflow,
  { keepsCalls }: Making = {},
): Promise<CreatedWorkflow> {
  const call = randomUUID()
  const draft = keys.workflow(workflow.id, `draft:${call}`)
  const [count] = await Promise.all([
    writeDraft(link, draft, fieldsOf(workflow), workflow.nodes),
    // Before it is there: a run that ends in between has not lost sight of it.
    noteChild(link, keys, workflow),
  ])
  const start = targetsText(workflow.start, jobsAmong(workflow.nodes))
  const handed = keepsCalls === true ? [MOST_KEPT, workflow.nodes.length] : [MOST_HANDED, 0]
  const [code, move] = await open(link, keys, workflow.id, [draft, count, start, call, ...handed]).catch((error) => {
    throw unknown(error)
  })
  if (code === -1) throw notSent(new Error(CUT_DRAFT))
  // Where it was sent again since its answer was lost, what is ready is still to be asked for.
  return { isNew: code > 0, move: parseMove(move) ?? { workflow: workflow.id, ready: [], more: code === 2 } }
}

/**
 * Writes nodes, bit by bit, where nobody looks.
 *
 * @returns how many fields that are
 * @throws TaskqError `TASKQ_ENQUEUE_NOT_SENT`
 */
export async function writeDraft(
  link: BrokerLink,
  draft: string,
  fields: Readonly<Record<string, string>>,
  nodes: readonly NewNode[],
): Promise<number> {
  const others = Object.entries(fields)
  try {
    const writing: Promise<void>[] = []
    for (const chunk of chunksOf(others.flat(), nodes)) {
      const written = write(link, draft, chunk)
      // It is awaited later, if at all.
      written.catch(() => {})
      writing.push(written)
      if (writing.length === CHUNKS_AT_ONCE) await writing.shift()
    }
    await Promise.all(writing)
  } catch (error) {
    throw notSent(error)
  }
  return others.length + nodes.reduce((sum, { call }) => sum + (call === undefined ? 1 : 2), 0)
}

/** With the job whose run makes it, where one does. */
async function noteChild(link: BrokerLink, keys: Keys, { id, parent, keepMs }: NewWorkflow): Promise<void> {
  if (parent === undefined) return
  await link
    .read((redis) => {
      const pipeline = redis.pipeline()
      noteChildren(pipeline, keys, [{ id, parent: { id: parent, keepMs } }])
      return runPipeline(pipeline)
    })
    .catch((error) => {
      throw notSent(error)
    })
}

function open(link: BrokerLink, keys: Keys, id: string, [draft, ...args]: readonly [string, ...(string | number)[]]) {
  return link.durably((redis) =>
    ledgerCommands(redis).taskqWorkflowOpen(...([draft, keys.workflowList, keys.prefix, id, ...args] as const)),
  )
}

async function write(link: BrokerLink, draft: string, fields: readonly string[]): Promise<void> {
  // Together: cut off in between, the draft would stay.
  await link.read((redis) =>
    runPipeline(
      redis
        .multi()
        .hset(draft, ...fields)
        .pexpire(draft, DRAFT_MS),
    ),
  )
}

function fieldsOf({ name, nodes, shape, total, keepMs, failKeepMs, parent, root, owner, spawned }: NewWorkflow) {
  return {
    name,
    nodes: String(nodes.length),
    shape: JSON.stringify(shape),
    total: String(total),
    keepMs: String(keepMs),
    failKeepMs: String(failKeepMs),
    ...(parent !== undefined && { parent }),
    ...(root !== undefined && { root }),
    ...(owner !== undefined && { ownerId: owner.id, ownerLane: owner.lane }),
    ...(spawned === true && { spawned: '1' }),
  }
}

/** Tells which of these nodes become jobs. */
export function jobsAmong(nodes: readonly NewNode[]): (index: number) => boolean {
  const jobs = new Set(nodes.filter(({ node }) => becomesJob(node)).map(({ index }) => index))
  return (index) => jobs.has(index)
}

function* chunksOf(others: readonly string[], nodes: readonly NewNode[]): Generator<string[]> {
  const isTask = jobsAmong(nodes)
  let chunk = [...others]
  let bytes = 0
  for (const { index, node, call } of nodes) {
    chunk.push(`n${index}`, nodeText(node, isTask))
    if (call !== undefined) chunk.push(`c${index}`, call)
    bytes += call?.length ?? 0
    if (chunk.length < 2 * CHUNK && bytes < CHUNK_BYTES) continue
    yield chunk
    chunk = []
    bytes = 0
  }
  if (chunk.length > 0) yield chunk
}

/** The refusal of what surely does not exist. */
export function notSent(error: unknown): TaskqError {
  const { code, message } = error as TaskqError
  if (isTaskqError(error) && code !== 'TASKQ_BROKER_UNREACHABLE') return error
  return new TaskqError('TASKQ_ENQUEUE_NOT_SENT', `the workflow does not exist: ${message}`, {
    hint: 'Is the broker running? It is safe to enqueue again.',
    cause: error,
  })
}

/** The refusal of what may exist. */
export function unknown(error: unknown): unknown {
  if (!isTaskqError(error, 'TASKQ_BROKER_UNREACHABLE')) return error
  return new TaskqError(
    'TASKQ_ENQUEUE_UNKNOWN',
    `the broker did not confirm the workflow, which may exist: ${error.message}`,
    {
      hint: 'Ask for its state later by its id, in error.data.jobId, or give it a taskId and enqueue again.',
      cause: error,
    },
  )
}
