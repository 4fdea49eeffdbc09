import { mapGoals, type Shape, type Target, type WorkflowPlan } from '../../canvas/workflow-plan.js'

/** Where a plan comes to stand in a workflow that is there. */
export interface Standing {
  /** The number of its first node. */
  readonly base: number
  /** Where its end goes, well or not. */
  readonly end: Target
}

/** A plan as a part of a workflow: its nodes counted from there, its end another's beginning. */
export function shiftPlan({ nodes, start, shape, total }: WorkflowPlan, to: Standing): WorkflowPlan {
  const goal = (target: Target) => shiftTarget(target, to)
  return {
    nodes: nodes.map((planned) => ({
      ...planned,
      index: planned.index + to.base,
      node: mapGoals(planned.node, goal),
    })),
    start: start.map(goal),
    shape: shiftShape(shape, to.base),
    total,
  }
}

function shiftTarget(target: Target, { base, end }: Standing): Target {
  if (target === 'e') return end
  if (target === '-') return target
  const [node, slot] = target.split('.')
  return `${Number(node) + base}${slot === undefined ? '' : `.${slot}`}` as Target
}

function shiftShape(shape: Shape, base: number): Shape {
  if (typeof shape === 'number') return shape + base
  if ('from' in shape) return { from: shape.from + base, to: shape.to + base }
  const shifted = (parts: readonly Shape[]) => parts.map((part) => shiftShape(part, base))
  return {
    ...shape,
    parts: shifted(shape.parts),
    ...(shape.join !== undefined && { join: shape.join + base }),
    ...(shape.links && { links: shifted(shape.links) }),
    ...(shape.errorLinks && { errorLinks: shifted(shape.errorLinks) }),
  }
}

/** A shape with one more member in the group whose results come together in this join. */
export function withMember(shape: Shape, join: number, member: Shape): Shape {
  if (typeof shape === 'number' || 'from' in shape) return shape
  const within = (parts: readonly Shape[]) => parts.map((part) => withMember(part, join, member))
  const parts = within(shape.parts)
  return {
    ...shape,
    parts: shape.kind === 'group' && shape.join === join ? [...parts, member] : parts,
    ...(shape.links && { links: within(shape.links) }),
    ...(shape.errorLinks && { errorLinks: within(shape.errorLinks) }),
  }
}
