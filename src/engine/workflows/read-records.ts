import type { Shape } from '../../canvas/workflow-plan.js'
import type { Connection } from '../connection/connection.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { parseFailure } from './move-reply.js'
import { numberIn, parseNode } from './node-text.js'
import type { FailedNode, WorkflowRecord, WorkflowSummary } from './workflow-record.js'

const FIELDS = [
  'state',
  'name',
  'total',
  'done',
  'failed',
  'open',
  'createdAt',
  'finishedAt',
  'parent',
  'root',
  'reason',
  'ownerId',
  'waited',
  'cause',
  'via',
  'nodes',
  'result',
  'shape',
] as const
type Field = (typeof FIELDS)[number]
type Fields = Readonly<Record<Field, string | null>>

/** A shape is read only where it is wanted: a wide workflow's is long. */
const SUMMARY = FIELDS.filter((field) => field !== 'shape')

type State = WorkflowSummary['state']

const STATES: readonly string[] = ['running', 'succeeded', 'failed', 'revoked'] satisfies State[]

/** How workflows stand; undefined for those that are gone. */
export function readSummaries(
  redis: Connection,
  keys: Keys,
  ids: readonly string[],
): Promise<(WorkflowSummary | undefined)[]> {
  return readAll(redis, keys, ids, SUMMARY, summaryOf)
}

/** Only how they stand. */
export async function readStates(
  redis: Connection,
  keys: Keys,
  ids: readonly string[],
): Promise<(State | undefined)[]> {
  const told = await readFields(
    redis,
    ids.map((id) => [keys.workflow(id), ['state']] as const),
  )
  return told.map(({ state }) => stateIn(state))
}

const stateIn = (text: string | null | undefined): State | undefined =>
  STATES.includes(text ?? '') ? (text as State) : undefined

/** A workflow, and how its parts belong together. */
export async function readRecord(redis: Connection, keys: Keys, id: string): Promise<WorkflowRecord | undefined> {
  const [record] = await readAll(redis, keys, [id], FIELDS, (id, fields, failed) => ({
    ...summaryOf(id, fields, failed),
    nodes: numberIn(fields.nodes),
    shape: shapeIn(fields.shape),
    ...(fields.result !== null && { result: fields.result }),
  }))
  return record
}

async function readAll<T>(
  redis: Connection,
  keys: Keys,
  ids: readonly string[],
  wanted: readonly Field[],
  build: (id: string, fields: Fields, failed: FailedNode | undefined) => T,
): Promise<(T | undefined)[]> {
  const told = await readFields(
    redis,
    ids.map((id) => [keys.workflow(id), wanted] as const),
  )
  const causes = told.map(({ cause }) => cause ?? null)
  const failures = await readFields(
    redis,
    ids.flatMap((id, at) => (causes[at] ? [[keys.workflow(id), [`n${causes[at]}`, `e${causes[at]}`]] as const] : [])),
  )
  return ids.map((id, at) => {
    const fields = told[at] as Fields
    const cause = causes[at] ?? undefined
    const failure = cause === undefined ? undefined : failures.shift()
    if (stateIn(fields.state) === undefined) return undefined
    return build(
      id,
      fields,
      cause === undefined ? undefined : failedNode(cause, failure?.[`n${cause}`], failure?.[`e${cause}`]),
    )
  })
}

/** Of keys that hold something else, nothing. */
async function readFields(
  redis: Connection,
  wanted: readonly (readonly [key: string, fields: readonly string[]])[],
): Promise<Record<string, string | null>[]> {
  if (wanted.length === 0) return []
  const pipeline = redis.pipeline()
  for (const [key, fields] of wanted) pipeline.hmget(key, ...fields)
  const replies = await settlePipeline(pipeline)
  return wanted.map(([, fields], at) => {
    const reply = replies[at]
    return Object.fromEntries(
      fields.map((field, index) => [field, Array.isArray(reply) ? (reply[index] ?? null) : null]),
    )
  })
}

/** A node that failed, of its number and what is stored of it. */
export function failedNode(
  node: string,
  text: string | null | undefined,
  failure: string | null | undefined,
): FailedNode {
  const known = parseNode(text)
  const task = known !== undefined && 'task' in known ? known.task : ''
  return { node: numberIn(node), task, failure: parseFailure(failure) }
}

function summaryOf(id: string, fields: Fields, failed: FailedNode | undefined): WorkflowSummary {
  const { state, name, finishedAt, parent, root, reason, via, ownerId, waited } = fields
  return {
    id,
    name: name ?? '',
    state: state as WorkflowSummary['state'],
    total: numberIn(fields.total),
    done: numberIn(fields.done),
    failed: numberIn(fields.failed),
    open: numberIn(fields.open),
    createdAt: numberIn(fields.createdAt),
    ...(finishedAt !== null && { finishedAt: numberIn(finishedAt) }),
    ...(parent !== null && { parent }),
    ...(root !== null && { root }),
    ...(reason !== null && { reason }),
    ...(ownerId !== null && waited === null && { expectedBy: ownerId }),
    ...(failed !== undefined && { cause: { ...failed, ...(via !== null && { via: numberIn(via) }) } }),
  }
}

/** A shape that cannot be read has no parts. */
function shapeIn(text: string | null): Shape {
  try {
    const shape = JSON.parse(text ?? '')
    if (typeof shape === 'number' || (typeof shape === 'object' && shape !== null)) return shape
  } catch {}
  return { kind: 'group', parts: [] }
}
