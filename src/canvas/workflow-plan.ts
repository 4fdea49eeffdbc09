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

/** Where a result goes: the workflow's end, nowhere, a node, or a slot of a join (`7.2`). */
export type Target = 'e' | '-' | `${number}` | `${number}.${number}`

/** Where a failure goes: the workflow's end, nowhere, a guard, or a slot of a join. */
export type Upward = Target

/** A node: what stands in the record, and for one that becomes a job the call that it is made of. */
export interface PlannedNode {
  readonly index: number
  readonly node: WorkflowNode
  readonly call?: TaskData
}

/** A node by its kind. */
export type WorkflowNode =
  | { readonly kind: 'task'; readonly next: Target; readonly up: Upward; readonly task: string }
  /** A task that nothing waits for: a link or an error callback. */
  | { readonly kind: 'callback'; readonly next: Target; readonly up: Upward; readonly task: string }
  /** Waits for all of its slots. */
  | {
      readonly kind: 'join'
      readonly next: Target
      readonly up: Upward
      readonly size: number
      readonly allowFailures: boolean
    }
  /** Passes what it gets to many. */
  | { readonly kind: 'fork'; readonly targets: readonly Target[] }
  /** Passes an empty list on: a group without members. */
  | { readonly kind: 'pass'; readonly next: Target; readonly up: Upward }
  /** Calls error callbacks, once, when a failure comes by. */
  | { readonly kind: 'guard'; readonly targets: readonly Target[]; readonly up: Upward }

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
