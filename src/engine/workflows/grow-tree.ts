import type { JobState } from '../../task/job-state.js'
import { partId } from '../../task/names.js'
import type { WorkflowTree } from '../../task/workflow-result.js'
import { stateOfUnmade } from '../jobs/job-state.js'
import type { CutShape } from './cut-shape.js'
import type { NodeRecord, WorkflowSummary } from './workflow-record.js'

/** Why a part waits no more, though it never began. */
type Doom = 'failed' | 'revoked' | undefined

/** The job of a part. */
export interface PartJob {
  readonly state: JobState
  /** The workflow that it waits for, to end as that does. */
  readonly endsAs?: string
}

type Composed = Exclude<CutShape, number>

/** Builds what is told of a workflow from its shape, its nodes, and the states of their jobs. */
export function growTree(
  workflow: WorkflowSummary,
  root: CutShape,
  nodes: ReadonlyMap<number, NodeRecord>,
  jobs: ReadonlyMap<number, PartJob>,
): WorkflowTree {
  return new Grower(workflow, nodes, jobs).grow(root, workflow.state === 'revoked' ? 'revoked' : undefined)
}

class Grower {
  constructor(
    private readonly workflow: WorkflowSummary,
    private readonly nodes: ReadonlyMap<number, NodeRecord>,
    private readonly jobs: ReadonlyMap<number, PartJob>,
  ) {}

  grow(shape: CutShape, doom: Doom): WorkflowTree {
    if (typeof shape === 'number') return this.#task(shape, doom)
    const parts = shape.kind === 'group' ? this.#members(shape, doom) : this.#links(shape.parts, doom)
    const only = shape.kind === 'chain' && parts.length === 1 && shape.more === 0 ? parts[0] : undefined
    const progress = this.#progress(shape)
    const tree = only ?? {
      kind: shape.kind,
      state: this.#stateOf(shape, parts),
      parts,
      ...(shape.more > 0 && { more: shape.more }),
      ...(progress !== undefined && { progress }),
    }
    const callbacks = this.#callbacks(shape, tree.state)
    return callbacks.length === 0 ? tree : { ...tree, parts: [...(tree.parts ?? []), ...callbacks] }
  }

  #task(index: number, doom: Doom): WorkflowTree {
    const record = this.nodes.get(index)
    const task = record !== undefined && 'task' in record.node ? record.node.task : undefined
    const { failure } = record ?? {}
    const endsAs = failure?.from?.workflow ?? this.jobs.get(index)?.endsAs
    return {
      kind: 'task',
      state: this.#stateOfNode(index, record, doom),
      id: partId(this.workflow.id, index),
      ...(task !== undefined && { task }),
      ...(endsAs !== undefined && { endsAs }),
      ...(failure !== undefined && { error: `${failure.name}: ${failure.message}` }),
    }
  }

  #stateOfNode(index: number, record: NodeRecord | undefined, doom: Doom): JobState {
    switch (record?.state) {
      case 'done':
        return 'succeeded'
      case 'failed':
        return this.jobs.get(index)?.state ?? stateOfUnmade(record.failure)
      case 'added':
        return this.jobs.get(index)?.state ?? 'queued'
      case 'queued':
        return this.jobs.get(index)?.state ?? (doom === 'revoked' ? doom : 'queued')
      case 'waiting':
        return doom ?? 'blocked'
      default:
        return 'unknown'
    }
  }

  #members({ parts }: Composed, doom: Doom): WorkflowTree[] {
    return parts.map((part) => this.grow(part, doom))
  }

  /** What comes after a part that failed does not run. */
  #links(parts: readonly CutShape[], doom: Doom): WorkflowTree[] {
    let after = doom
    return parts.map((part) => {
      const tree = this.grow(part, after)
      if (LOST.has(tree.state)) after ??= 'failed'
      return tree
    })
  }

  /** Those that did not come to run, and will not, are left out. */
  #callbacks({ links, errorLinks }: Composed, state: JobState): WorkflowTree[] {
    const isOver = ENDED.has(state)
    const missed = (tree: WorkflowTree) => tree.state === 'blocked' && isOver
    const done = links.map((link) => ({ ...this.grow(link, undefined), role: 'link' as const }))
    const lost = errorLinks.map((link) => ({ ...this.grow(link, undefined), role: 'error-link' as const }))
    return [...done, ...lost].filter((tree) => !missed(tree))
  }

  #progress({ join }: Composed): WorkflowTree['progress'] {
    const record = join === undefined ? undefined : this.nodes.get(join)
    if (record?.node.kind !== 'join' || record.pending === undefined) return undefined
    const { size } = record.node
    const failed = record.failedSlots ?? 0
    return { done: size - record.pending - failed, failed, total: size }
  }

  #stateOf({ kind, join, more }: Composed, parts: readonly WorkflowTree[]): JobState {
    const gate = join === undefined ? undefined : this.nodes.get(join)?.gate
    if (gate !== undefined && kind === 'group') return gate === 'done' ? 'succeeded' : 'failed'
    const states = parts.map(({ state }) => state)
    const lost = states.find((state) => LOST.has(state))
    if (lost !== undefined) return lost === 'revoked' ? 'revoked' : 'failed'
    if (more === 0 && states.every((state) => state === 'succeeded')) return 'succeeded'
    if (states.some((state) => BEGUN.has(state))) return 'active'
    return states[0] ?? 'succeeded'
  }
}

const LOST: ReadonlySet<JobState> = new Set<JobState>(['failed', 'dead', 'revoked', 'expired'])
const ENDED: ReadonlySet<JobState> = new Set<JobState>([...LOST, 'succeeded'])
const BEGUN: ReadonlySet<JobState> = new Set<JobState>(['active', 'retrying', 'succeeded'])
