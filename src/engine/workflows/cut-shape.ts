import type { Shape, ShapeComposed, ShapeRange } from '../../canvas/workflow-plan.js'

/** A shape, with no more of its parts than are shown. */
export type CutShape =
  | number
  | {
      readonly kind: ShapeComposed['kind']
      readonly parts: readonly CutShape[]
      readonly links: readonly CutShape[]
      readonly errorLinks: readonly CutShape[]
      readonly join?: number
      /** How many of its parts are not among them. */
      readonly more: number
    }

/** What is shown, and the nodes that it is made of. */
export interface ShapeCut {
  readonly root: CutShape
  readonly nodes: readonly number[]
}

/** Of a larger group only so many members are shown. */
const MEMBERS = 20

/**
 * The first parts of a shape: at most so many, and of each group some.
 *
 * @param kept a node that is shown wherever it is
 */
export function cutShape(shape: Shape, most: number, kept?: number): ShapeCut {
  const cutter = new Cutter(most, kept)
  const root = cutter.cut(shape)
  return { root, nodes: cutter.nodes }
}

class Cutter {
  readonly nodes: number[] = []

  constructor(
    private left: number,
    private readonly kept: number | undefined,
  ) {}

  cut(shape: Shape): CutShape {
    if (typeof shape === 'number') {
      this.left--
      this.nodes.push(shape)
      return shape
    }
    if (isRange(shape)) return this.#composed({ kind: 'group', parts: [shape] })
    return this.#composed(shape)
  }

  #composed({ kind, parts, links = [], errorLinks = [], join }: ShapeComposed): CutShape {
    this.left--
    if (join !== undefined) this.nodes.push(join)
    const count = parts.reduce<number>((sum, part) => sum + sizeOf(part), 0)
    const cut = this.#parts(parts, kind === 'group' && count > MEMBERS ? MEMBERS : count)
    return {
      kind,
      parts: cut,
      links: links.map((link) => this.cut(link)),
      errorLinks: errorLinks.map((link) => this.cut(link)),
      ...(join !== undefined && { join }),
      more: count - cut.length,
    }
  }

  #parts(parts: readonly Shape[], most: number): readonly CutShape[] {
    const cut: CutShape[] = []
    for (const part of eachPart(parts)) {
      // The first is always shown, so that nothing is without a part.
      const isShown = cut.length === 0 || (cut.length < most && this.left > 0)
      if (isShown || holds(part, this.kept)) cut.push(this.cut(part))
      else if (this.kept === undefined) break
    }
    return cut
  }
}

const isRange = (shape: Exclude<Shape, number>): shape is ShapeRange => 'from' in shape

/** Whether a node is a part of a shape. */
function holds(shape: Shape, node: number | undefined): boolean {
  if (node === undefined || typeof shape === 'number') return shape === node
  if (isRange(shape)) return node >= shape.from && node <= shape.to
  const { parts, links = [], errorLinks = [] } = shape
  return [parts, links, errorLinks].some((some) => some.some((part) => holds(part, node)))
}

const sizeOf = (part: Shape): number => (typeof part === 'object' && isRange(part) ? part.to - part.from + 1 : 1)

function* eachPart(parts: readonly Shape[]): Generator<Shape> {
  for (const part of parts) {
    if (typeof part === 'number' || !isRange(part)) yield part
    else for (let node = part.from; node <= part.to; node++) yield node
  }
}
