import { TaskqError } from '../../errors/taskq-error.js'
import type { CanvasData, ChainData, GroupData, TaskData } from '../canvas-data.js'
import type { Shape, ShapeComposed, ShapeRange } from '../workflow-plan.js'
import { type Goal, NOWHERE, type PlanBuilder } from './plan-builder.js'

/** Where a part's result and failure go, and whether its jobs count as parts of the workflow's result. */
interface Place {
  readonly next: Goal
  readonly up: Goal
  readonly isCounted: boolean
  /** How many canvases it is in. */
  readonly depth: number
}

/** A part that has its nodes: where it begins, where a failure of it goes, and how it looks. */
interface Compiled {
  readonly begins: readonly Goal[]
  readonly up: Goal
  readonly shape: Shape
}

/** What a part and its callbacks look like together. */
type Called = Pick<ShapeComposed, 'links' | 'errorLinks'>

/** So deep that nobody writes it, and so that neither this code nor the broker's script runs out of its stack. */
const DEEPEST = 500

/** Makes a part's nodes, those of its callbacks included. */
export function compilePart(plan: PlanBuilder, part: CanvasData, place: Place): Compiled {
  if (place.depth > DEEPEST) {
    throw new TaskqError('TASKQ_WORKFLOW_INVALID', `a workflow's parts are nested at most ${DEEPEST} deep`, {
      hint: 'A chain may be as long as you like: chain([a.s(), b.s(), …]).',
    })
  }
  if (part.links.length + part.errorLinks.length === 0) return compileBare(plan, part, place)
  return compileCalled(plan, part, place)
}

/** A part with callbacks: its result goes on by a fork to its links too, its failure by a guard. */
function compileCalled(plan: PlanBuilder, part: CanvasData, place: Place): Compiled {
  const next: Goal = part.links.length === 0 ? place.next : {}
  const up: Goal = part.errorLinks.length === 0 ? place.up : {}
  const { begins, shape } = compileBare(plan, part, { ...place, next, up })
  const callback = (called: CanvasData) =>
    compilePart(plan, called, { next: NOWHERE, up: NOWHERE, isCounted: false, depth: place.depth + 1 })
  const links = part.links.map(callback)
  if (links.length > 0) next.to = plan.oneOf([place.next, ...links.flatMap(beginsOf)])
  const errorLinks = part.errorLinks.map(callback)
  if (errorLinks.length > 0) {
    up.to = plan.add({ kind: 'guard', targets: errorLinks.flatMap(beginsOf), up: place.up })
  }
  return { begins, up, shape: withCalled(shape, shapesOf('links', links), shapesOf('errorLinks', errorLinks)) }
}

function compileBare(plan: PlanBuilder, part: CanvasData, place: Place): Compiled {
  switch (part.kind) {
    case 'task':
      return compileTask(plan, part, place)
    case 'chain':
      return compileRow(plan, part.parts, 'chain', place)
    case 'group':
      return compileGroup(plan, part, place)
    case 'chord':
      return compileRow(plan, [part.header, part.body], 'chord', place)
  }
}

function compileTask(plan: PlanBuilder, task: TaskData, { next, up, isCounted }: Place): Compiled {
  const index = plan.addTask(task, next, up, isCounted)
  return { begins: [{ to: `${index}` }], up, shape: index }
}

/** One after the other: each part's result goes to where the one after it begins. */
function compileRow(plan: PlanBuilder, parts: ChainData['parts'], kind: 'chain' | 'chord', place: Place): Compiled {
  const depth = place.depth + 1
  const shapes: Shape[] = []
  let begins: readonly Goal[] | undefined
  let beforeIt: { readonly next: Goal; readonly up: Goal } | undefined
  parts.forEach((part, at) => {
    const isLast = at === parts.length - 1
    const next: Goal = isLast ? place.next : {}
    // The error callbacks of a chord's body hear of its header's failure, too.
    const up: Goal = part.kind === 'group' && !isLast ? {} : place.up
    const compiled = compilePart(plan, part, { ...place, next, up, depth })
    if (beforeIt !== undefined) {
      beforeIt.next.to = plan.oneOf(compiled.begins)
      if (beforeIt.up !== place.up) beforeIt.up.to = compiled.up
    }
    begins ??= compiled.begins
    beforeIt = { next, up }
    shapes.push(compiled.shape)
  })
  return { begins: begins ?? [], up: place.up, shape: { kind, parts: shapes } }
}

/** Side by side: results and failures of the members meet in the slots of a join. */
function compileGroup(plan: PlanBuilder, group: GroupData, { next, up, isCounted, depth }: Place): Compiled {
  const { members, allowFailures } = group
  if (members.length === 0) {
    return { begins: [plan.add({ kind: 'pass', next, up })], up, shape: { kind: 'group', parts: [] } }
  }
  const join = plan.add({ kind: 'join', next, up, size: members.length, allowFailures }).to as `${number}`
  const begins: Goal[] = []
  const shapes: Shape[] = []
  members.forEach((member, at) => {
    const slot: Goal = { to: `${join}.${at}` }
    const compiled = compilePart(plan, member, { next: slot, up: slot, isCounted, depth: depth + 1 })
    for (const goal of compiled.begins) begins.push(goal)
    addShape(shapes, compiled.shape)
  })
  return { begins, up, shape: { kind: 'group', parts: shapes, join: Number(join) } }
}

/** Adds a member's shape: a task to the row of those before it, where it is the next. */
function addShape(shapes: Shape[], shape: Shape): void {
  const last = shapes.at(-1)
  if (typeof shape === 'number' && last !== undefined && endOf(last) === shape - 1) {
    shapes[shapes.length - 1] = { from: typeof last === 'number' ? last : (last as ShapeRange).from, to: shape }
    return
  }
  shapes.push(shape)
}

function endOf(shape: Shape): number | undefined {
  if (typeof shape === 'number') return shape
  return 'to' in shape ? shape.to : undefined
}

/** A task has no room for callbacks in its shape: with some it is a chain of one. */
function withCalled(shape: Shape, links: Called, errorLinks: Called): Shape {
  const composed: ShapeComposed =
    typeof shape === 'object' && 'kind' in shape ? shape : { kind: 'chain', parts: [shape] }
  return { ...composed, ...links, ...errorLinks }
}

const beginsOf = ({ begins }: Compiled): readonly Goal[] => begins
const shapesOf = (key: keyof Called, called: readonly Compiled[]): Called =>
  called.length === 0 ? {} : { [key]: called.map(({ shape }) => shape) }
