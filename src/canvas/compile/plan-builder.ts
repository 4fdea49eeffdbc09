import { TaskqError } from '../../errors/taskq-error.js'
import type { TaskData } from '../canvas-data.js'
import { mapGoals, type NodeTo, type PlannedNode, type Target } from '../workflow-plan.js'

/** A place that results or failures go to. Who names it may do so before it is known which it is: then it has no `to`. */
export interface Goal {
  to?: Target | Goal
}

/** A node whose goals are still being found. */
export type DraftNode = NodeTo<Goal>

interface Draft {
  readonly node: DraftNode
  readonly call?: TaskData
}

/** A workflow has no more jobs than this; `chunks` puts many calls into one. */
export const MOST_PARTS = 50_000

/** Numbers the nodes of a workflow, and counts its jobs. */
export class PlanBuilder {
  readonly #drafts: Draft[] = []
  #parts = 0
  #total = 0

  /** How many jobs are a part of the result. */
  get total(): number {
    return this.#total
  }

  /** Adds a node that makes no job. */
  add(node: DraftNode): Goal {
    if (node.kind === 'pass') this.#count()
    return this.#push({ node })
  }

  /** Adds a job. */
  addTask(call: TaskData, next: Goal, up: Goal, isCounted: boolean): number {
    this.#count()
    if (isCounted) this.#total++
    const kind = isCounted ? 'task' : 'callback'
    this.#push({ node: { kind, next, up, task: call.task }, call })
    return this.#drafts.length - 1
  }

  /** One place for all of these. */
  oneOf(goals: readonly Goal[]): Goal {
    const [first, ...others] = goals.filter((goal) => goal !== NOWHERE)
    if (first === undefined) return NOWHERE
    return others.length === 0 ? first : this.add({ kind: 'fork', targets: [first, ...others] })
  }

  /** The nodes, with their goals as they were found. */
  nodes(): PlannedNode[] {
    return this.#drafts.map(({ node, call }, index) => ({
      index,
      node: mapGoals(node, targetOf),
      ...(call !== undefined && { call }),
    }))
  }

  #push(draft: Draft): Goal {
    this.#drafts.push(draft)
    return { to: `${this.#drafts.length - 1}` }
  }

  #count(): void {
    this.#parts++
    if (this.#parts <= MOST_PARTS) return
    throw new TaskqError('TASKQ_WORKFLOW_TOO_LARGE', `a workflow has at most ${MOST_PARTS} jobs; this one has more`, {
      hint: 'chunks(MyTask, argLists, 100) runs many calls in each job; or start several workflows.',
    })
  }
}

/** The workflow's end, and where nobody looks. */
export const END: Goal = Object.freeze({ to: 'e' })
export const NOWHERE: Goal = Object.freeze({ to: '-' })

/** What a goal was found to be. */
export function targetOf(goal: Goal): Target {
  let { to } = goal
  while (typeof to === 'object') to = to.to
  return to ?? '-'
}
