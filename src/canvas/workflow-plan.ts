import type { TaskData } from './canvas-data.js'

/**
 * A canvas as a flat list of numbered nodes, each of which knows where its result and its failure go: what a workflow's
 * record holds, and the broker's scripts walk. A node's number is its place in the list, counted from the plan's first.
 */
export interface WorkflowPlan {
  readonly nodes: readonly PlannedNode[]
  /** What begins at once. */
  readonly start: readonly Target[]
  /** How the parts belong together, for people. */
  readonly shape: Shape
  /** How many jobs are a part of the result: callbacks are not. */
  readonly total: number
}

/**
 * Where a result goes: the workflow's end, nowhere, a node, or a slot of a join (`7.2`). Where a failure goes (`up`), the
 * node is a guard.
 */
export type Target = 'e' | '-' | `${number}` | `${number}.${number}`

/** A node: what stands in the record, and for one that becomes a job the call that it is made of. */
export interface PlannedNode {
  readonly index: number
  readonly node: WorkflowNode
  readonly call?: TaskData
}

/** A node by its kind. */
export type WorkflowNode = NodeTo<Target>

/** A node whose goals are told in some way. */
export type NodeTo<Goal> =
  | { readonly kind: 'task'; readonly next: Goal; readonly up: Goal; readonly task: string }
  /** A task that nothing waits for: a link or an error callback. */
  | { readonly kind: 'callback'; readonly next: Goal; readonly up: Goal; readonly task: string }
  /** Waits for all of its slots. */
  | {
      readonly kind: 'join'
      readonly next: Goal
      readonly up: Goal
      readonly size: number
      readonly allowFailures: boolean
    }
  /** Passes what it gets to many. */
  | { readonly kind: 'fork'; readonly targets: readonly Goal[] }
  /** Passes an empty list on: a group without members. */
  | { readonly kind: 'pass'; readonly next: Goal; readonly up: Goal }
  /** Calls error callbacks, once, when a failure comes by. */
  | { readonly kind: 'guard'; readonly targets: readonly Goal[]; readonly up: Goal }

/** The same node, its goals told in another way. */
export function mapGoals<From, To>(node: NodeTo<From>, told: (goal: From) => To): NodeTo<To> {
  switch (node.kind) {
    case 'fork':
      return { kind: 'fork', targets: node.targets.map(told) }
    case 'guard':
      return { kind: 'guard', targets: node.targets.map(told), up: told(node.up) }
    default:
      return { ...node, next: told(node.next), up: told(node.up) }
  }
}

/** How parts belong together: a node's number, a row of numbers from–to of a group's plain members, or a composition. */
export type Shape = number | ShapeRange | ShapeComposed

export interface ShapeRange {
  readonly from: number
  readonly to: number
}

export interface ShapeComposed {
  readonly kind: 'chain' | 'group' | 'chord'
  /** Of a chord its header, which is a group, and its body. */
  readonly parts: readonly Shape[]
  /** Of a group: the join that its results come together in. */
  readonly join?: number
  readonly links?: readonly Shape[]
  readonly errorLinks?: readonly Shape[]
}
