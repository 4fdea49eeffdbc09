import type { Shape, Target, WorkflowNode } from '../../canvas/workflow-plan.js'
import type { JobFailure } from '../../errors/job-failure.js'

/** Where ends and progress of workflows are told: read as a lane's event stream is. */
export const WORKFLOW_EVENTS = '~workflows'

/** A workflow on its way to the broker. */
export interface NewWorkflow {
  readonly id: string
  readonly name: string
  readonly nodes: readonly NewNode[]
  readonly start: readonly Target[]
  readonly shape: Shape
  readonly total: number
  /** Milliseconds that it is kept after it has succeeded; else. */
  readonly keepMs: number
  readonly failKeepMs: number
  /** The job whose run made it, the first of that line, and the job that ends with what it comes to. */
  readonly parent?: string
  readonly root?: string
  readonly owner?: JobAt
  /** Whether it is that job's own: it is revoked with it. */
  readonly spawned?: boolean
}

/** A job and the lane that it was in. */
interface JobAt {
  readonly id: string
  readonly lane: string
}

/** A node as it is written: its call is text, made by the client. */
export interface NewNode {
  readonly index: number
  readonly node: WorkflowNode
  readonly call?: string
}

/** What a node that becomes a job gets from before it. */
export type NodeInput =
  | { readonly kind: 'none' }
  /** Another node's result, as {@link StoredValue} in JSON. */
  | { readonly kind: 'value'; readonly payload: string }
  /** The list of a join, or `[]`: read when the job runs. */
  | { readonly kind: 'list'; readonly ref: string }
  /** What went wrong: for an error callback. */
  | { readonly kind: 'failure'; readonly cause: FailedNode }

/** A result in a record: encoded for the job whose it is, with what is otherwise kept in a key of its own. */
export interface StoredValue {
  readonly id: string
  readonly stored: unknown
  readonly large?: string
}

/** A node that is to be made a job now, by whoever was handed it. */
export interface ReadyNode {
  readonly index: number
  readonly call: string
  readonly input: NodeInput
  /** Since when it is its caller's, by `performance.now()`, where that is known; earlier rather than later. */
  readonly handedAt?: number
  /** It is wanted after its time to begin, too: an operator ran a job of its workflow again. */
  readonly isWantedLate?: boolean
}

/** The node that made others fail. */
export interface FailedNode {
  readonly node: number
  readonly task: string
  readonly failure: JobFailure
}

/** What the end of a job did to its workflow. */
export interface WorkflowMove {
  readonly workflow: string
  /** Nodes that the caller is to make jobs. */
  readonly ready: readonly ReadyNode[]
  /** Whether more are ready than those. */
  readonly more: boolean
  /** The node whose job's end it came of, where that ended here. */
  readonly ended?: number
  /** The job that waits for its end, where it has ended now. */
  readonly owner?: JobAt
}

/** What a workflow's nodes have come to. */
export type NodeState = 'waiting' | 'queued' | 'added' | 'done' | 'failed'

/** How a workflow stands. */
export interface WorkflowSummary {
  readonly id: string
  readonly name: string
  readonly state: 'running' | 'succeeded' | 'failed' | 'revoked'
  readonly total: number
  readonly done: number
  readonly failed: number
  /** Parts that are to be made jobs, or are jobs that have not ended. */
  readonly open: number
  readonly createdAt: number
  readonly finishedAt?: number
  readonly parent?: string
  readonly root?: string
  /** Why it was revoked. */
  readonly reason?: string
  /** The job that made it to end as it does, until it waits for it. */
  readonly expectedBy?: string
  /** What made it fail, and the join through which it came. */
  readonly cause?: FailedNode & { readonly via?: number }
}

/** A workflow with how its parts belong together. */
export interface WorkflowRecord extends WorkflowSummary {
  readonly shape: Shape
  /** How many nodes it has. */
  readonly nodes: number
  /** What it came to, as a reference into its values: see `list`. */
  readonly result?: string
}

/** A node, as it stands. */
export interface NodeRecord {
  readonly index: number
  readonly node: WorkflowNode
  readonly state: NodeState
  /** Of a join: whether its list went on, or it failed. */
  readonly gate?: 'done' | 'failed'
  /** Of a join: how many of its slots nothing has come to yet, and how many of them failed. */
  readonly pending?: number
  readonly failedSlots?: number
  readonly failure?: JobFailure
  /** Of a task that was made a job: where that was put. */
  readonly lane?: string
}

/** A part that is to be made a job, or is one that has not ended. */
export interface OpenPart {
  readonly index: number
  /** The lane that its job was put into; left out where it is still to be made. */
  readonly lane?: string
}

/** How many workflows stand how, of those that were looked at, the newest; there may be more. */
export interface WorkflowCounts {
  readonly running: number
  readonly succeeded: number
  readonly failed: number
  readonly revoked: number
  /** How many there are in all. */
  readonly total: number
}

/** A slot of a join. */
export type Slot =
  | { readonly kind: 'empty' }
  | { readonly kind: 'value'; readonly value: StoredValue }
  | { readonly kind: 'list'; readonly slots: readonly Slot[]; readonly allowFailures: boolean }
  | { readonly kind: 'failed'; readonly cause: FailedNode }
