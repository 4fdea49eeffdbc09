import type { Codec } from '../../codec/codec.js'
import { NO_VALUE } from '../../codec/envelope-fields.js'
import { runInScope } from '../../context/scope.js'
import type { NodeInput, ReadyNode, StoredValue, WorkflowMove } from '../../engine/workflows/workflow-record.js'
import type { Patience } from '../../engine/workflows/workflows.js'
import { describeFailure } from '../../errors/job-failure.js'
import { isTaskqError, TaskqError } from '../../errors/taskq-error.js'
import type { JobCall, PartCall } from '../../task/job-call.js'
import { partId } from '../../task/names.js'
import { causeOf, resultsGone, slotValue, storedValue } from '../workflow-results/slot-value.js'
import { decodeDraft, type PartDraft, taskOf } from './part-draft.js'
import { isOfBroker, tryPatiently } from './try-patiently.js'
import type { WorkflowSite } from './workflow-site.js'
import type { BegunCall } from './write-nodes.js'

/** Nodes that are taken at a time: enough to fill some pipelines, few enough to be no load on the process. */
const AT_ONCE = 250

/**
 * Makes jobs of what a move lets begin, and of all else of its workflow that is ready, until nothing is. What the broker
 * did not take stays ready, for whoever looks next.
 *
 * @throws TaskqError where the broker does not answer
 */
export async function makeReadyJobs(
  first: WorkflowMove,
  site: WorkflowSite,
  { kept = NONE_KEPT, waits = [], stop }: Pains = {},
): Promise<void> {
  const moves = [first]
  let making = NOTHING
  for (let move = moves.pop(); move !== undefined; move = moves.pop()) {
    const { workflow, ready, more } = move
    const before = making
    making = makeJobs(workflow, ready, { site, kept, waits })
    // The next ones are fetched and written while these are on their way, and no more than these.
    const [next, further] = await Promise.all([
      more && stop?.aborted !== true ? site.engine.workflows.take(workflow, AT_ONCE, kept.nodes) : undefined,
      before,
    ])
    moves.push(...further)
    if (next !== undefined && next.ready.length > 0) moves.push(next)
    if (moves.length > 0) continue
    moves.push(...(await making))
    making = NOTHING
  }
}

type Moves = Promise<readonly WorkflowMove[]>

const NOTHING: Moves = Promise.resolve([])

function makeJobs(workflow: string, nodes: readonly ReadyNode[], made: Made): Moves {
  const left: number[] = []
  const making = Promise.all(nodes.map((node) => makeJob(workflow, node, { ...made, left }))).then(async (moves) => {
    // Where the broker does not hear of it, their time runs out.
    if (left.length > 0) await made.site.engine.workflows.giveBack(workflow, left).catch(() => {})
    return moves.filter((move) => move !== undefined)
  })
  // It is awaited later, if at all.
  making.catch(() => {})
  return making
}

interface Made extends Required<Omit<Pains, 'stop'>> {
  readonly site: WorkflowSite
}

interface Pains {
  readonly kept?: KeptCalls
  /** How long is waited, each time, before the broker is asked again that did not take a job. */
  readonly waits?: readonly number[]
  /** No more are taken from then on: they are for whoever looks next. */
  readonly stop?: AbortSignal | undefined
}

/** What the caller has of a workflow that it made: how many nodes that has, and the calls that it begins with. */
export interface KeptCalls {
  readonly nodes: number
  readonly begun: ReadonlyMap<number, BegunCall>
}

const NONE_KEPT: KeptCalls = { nodes: 0, begun: new Map() }

/** Makes a job of a node. One that can be none fails, and the workflow goes on as it does after a failure. */
async function makeJob(
  workflow: string,
  node: ReadyNode,
  { site, kept, waits, left }: Made & { readonly left: number[] },
): Promise<WorkflowMove | undefined> {
  try {
    const call = readCall(workflow, node, site.codec, kept)
    await tryPatiently(() => enqueueNode(workflow, node, call, site), { waits })
    return undefined
  } catch (error) {
    if (!isOfBroker(error)) {
      const failure = describeFailure(error)
      const move = await site.engine.workflows.failUnmade(workflow, node.index, failure, patienceWith(error))
      if (move !== 'later') return move
    }
    if (isOfBroker(error)) left.push(node.index)
    site.warn(`a job of the workflow ${workflow} is not added yet: ${(error as Error).message}`)
    return undefined
  }
}

/** @throws TaskqError `TASKQ_PAYLOAD_…` where it cannot be read */
function readCall(workflow: string, { index, call }: ReadyNode, codec: Codec, kept: KeptCalls): BegunCall {
  const begun = call === '' ? kept.begun.get(index) : undefined
  if (begun !== undefined) return begun
  const task = taskOf(call)
  return { task, draft: decodeDraft({ workflow, node: index, task }, call, codec) }
}

async function enqueueNode(
  workflow: string,
  { index, input, handedAt, isWantedLate }: ReadyNode,
  { task, draft: written }: BegunCall,
  site: WorkflowSite,
): Promise<void> {
  const draft = isWantedLate ? { ...written, expiresAt: undefined } : written
  const { context, trace } = draft.lineage
  const given = { draft, input: draft.immutable ? NO_INPUT : givenInput({ workflow, input }, draft, site) }
  const known = partOfCall({ workflow, node: index, task }, given, site)
  const part = known instanceof Promise ? await known : known
  const args = argsOf(workflow, given, site)
  const job: JobCall = {
    ...{ id: partId(workflow, index), task, args, options: draft.options },
    part: handedAt === undefined ? part : { ...part, handedAt },
  }
  const isAdded = await runInScope({ carried: context, trace }, () => site.enqueuePart(job))
  if (!isAdded)
    throw new TaskqError('TASKQ_MIDDLEWARE_INVALID', `${task}: a middleware kept back a part of a workflow`, {
      hint: 'The workflow waits for each of its parts: call next(), or throw.',
    })
}

const NO_INPUT: NodeInput = { kind: 'none' }

interface Given {
  readonly draft: PartDraft
  readonly input: NodeInput
}

/** JSON has nothing for undefined, but what comes last may be left out: before others, it is told of by its mark. */
function givenInput(
  { workflow, input }: { workflow: string; input: NodeInput },
  { args, each }: PartDraft,
  { codec }: WorkflowSite,
): NodeInput {
  if (input.kind !== 'value' || args.length === 0 || each !== undefined) return input
  const value = givenValue(workflow, input.payload, codec)
  return value === undefined ? { kind: 'list', ref: NO_VALUE } : input
}

/** @throws TaskqError `TASKQ_WORKFLOW_LOST` where it is not there any more, and as decoding it does */
function givenValue(workflow: string, payload: string, codec: Codec): unknown {
  let stored: StoredValue
  try {
    stored = JSON.parse(payload)
  } catch {
    throw resultsGone(workflow)
  }
  return storedValue(stored, codec)
}

/** Its arguments, as far as they are known before it runs: a list that it gets is read then. */
function argsOf(workflow: string, { draft: { args }, input }: Given, { codec }: WorkflowSite): readonly unknown[] {
  switch (input.kind) {
    case 'none':
      return args
    case 'value':
      return [givenValue(workflow, input.payload, codec), ...args]
    case 'list':
      if (input.ref === NO_VALUE) return args
      return input.ref === EMPTY_LIST ? [[], ...args] : args
    case 'failure':
      return [{ workflow, ...causeOf(workflow, input.cause) }, ...args]
  }
}

/** A group without members comes to it. */
const EMPTY_LIST = '[]'

function partOfCall(
  { workflow, node, task }: { workflow: string; node: number; task: string },
  given: Given,
  site: WorkflowSite,
): PartCall | Promise<PartCall> {
  const { each, readyAt, expiresAt, lineage } = given.draft
  const { parent, root } = lineage
  const input = given.input.kind === 'list' && given.input.ref !== EMPTY_LIST ? given.input.ref : undefined
  const part = {
    workflow,
    node,
    ...(readyAt !== undefined && { readyAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(parent !== undefined && { parent }),
    ...(root !== undefined && { root }),
    ...(each !== undefined && { each }),
  }
  if (input === undefined) return part
  const keyed = keyArgs({ workflow, task, input, args: given.draft.args }, site)
  return keyed.then((keys) => ({ ...part, input, ...keys }))
}

/** A job's place among others may be made of its arguments; then the list among them is read early. */
async function keyArgs(
  { workflow, task, input, args }: { workflow: string; task: string; input: string; args: readonly unknown[] },
  { engine, codec, coded }: WorkflowSite,
): Promise<Pick<PartCall, 'allArgs'>> {
  const { rateKey, concurrencyKey } = coded(task) ?? {}
  if (rateKey === undefined && concurrencyKey === undefined) return {}
  if (input === NO_VALUE) return { allArgs: [undefined, ...args] }
  const list = await engine.workflows.list(workflow, input)
  return { allArgs: [list && slotValue(workflow, list, codec), ...args] }
}

/** Workers that have the key, or are of the later taskq, may be on their way. A middleware's trouble may pass. */
function patienceWith(error: unknown): Patience {
  if (!isTaskqError(error)) return { tries: 5 }
  const isForOthers = error.code === 'TASKQ_PAYLOAD_KEY_MISSING' || error.data?.laterVersion === true
  return isForOthers ? { forMs: 86_400_000 } : {}
}
