import fc from 'fast-check'
import type { AnyCanvas } from '../../src/canvas/canvas.js'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { signature } from '../../src/canvas/signature.js'
import { signatureOf } from '../../src/canvas/signature-of.js'

/** What a random workflow may be. */
export interface ArbitraryCanvasOptions {
  /** The task of all of its jobs: it does what `probe` does. */
  readonly task?: string
  /** One in so many jobs fails. Default 6; 0 for none. */
  readonly failsOneIn?: number
}

/** A random nested workflow of probes, each of which has a label of its own. */
export function arbitraryCanvas({
  task = 'probe',
  failsOneIn = 6,
}: ArbitraryCanvasOptions = {}): fc.Arbitrary<CanvasData> {
  return sketches(failsOneIn).map((sketch) => {
    let count = 0
    const draw = new Drawing(task, () => `t${count++}`)
    return draw.canvas(sketch, false) as unknown as CanvasData
  })
}

interface TaskSketch {
  readonly kind: 'task'
  readonly args: readonly number[]
  readonly immutable: boolean
  readonly fails: boolean
  /** It comes to a list of so many. */
  readonly list: number | undefined
  readonly items: 'none' | 'map' | 'starmap' | 'map of what is before it'
}
interface GroupSketch {
  readonly kind: 'group'
  readonly members: readonly Sketch[]
  readonly allowFailures: boolean
}
type Sketch = { readonly links: readonly Sketch[]; readonly errorLinks: readonly Sketch[] } & Bare
type Bare =
  | TaskSketch
  | { readonly kind: 'chain'; readonly parts: readonly Sketch[] }
  | GroupSketch
  | {
      readonly kind: 'chord'
      readonly members: readonly Sketch[]
      readonly allowFailures: boolean
      readonly body: Sketch
    }

const none = fc.constant<readonly Sketch[]>([])
const rarely = fc.nat(4).map((value) => value === 0)

function sketches(failsOneIn: number): fc.Arbitrary<Sketch> {
  const fails = failsOneIn === 0 ? fc.constant(false) : fc.nat(failsOneIn - 1).map((value) => value === 0)
  const task = fc.record({
    kind: fc.constant('task' as const),
    args: fc.array(fc.nat(9), { maxLength: 2 }),
    immutable: rarely,
    fails,
    list: fc.option(fc.nat(3), { freq: 4, nil: undefined }),
    items: fc.constantFrom('none', 'none', 'none', 'none', 'map', 'starmap', 'map of what is before it'),
  })
  const { sketch } = fc.letrec<{ sketch: Sketch }>((tie) => {
    const inner = tie('sketch')
    const members = fc.array(inner, { maxLength: 3 })
    const chained = fc.record({
      kind: fc.constant('chain' as const),
      parts: fc.array(inner, { minLength: 1, maxLength: 4 }),
    })
    const grouped = fc.record({ kind: fc.constant('group' as const), members, allowFailures: rarely })
    const chorded = fc.record({ kind: fc.constant('chord' as const), members, allowFailures: rarely, body: inner })
    const bare: fc.Arbitrary<Bare> = fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      task,
      chained,
      grouped,
      chorded,
    ) as fc.Arbitrary<Bare>
    const callbacks = fc.oneof(
      { maxDepth: 2 },
      { arbitrary: none, weight: 7 },
      { arbitrary: fc.array(inner, { minLength: 1, maxLength: 2 }), weight: 1 },
    )
    return {
      sketch: fc.tuple(bare, callbacks, callbacks).map(([made, links, errorLinks]) => ({ ...made, links, errorLinks })),
    }
  })
  return sketch
}

/** Makes canvases of sketches, by what users have for it. */
class Drawing {
  constructor(
    private readonly task: string,
    private readonly nextLabel: () => string,
  ) {}

  /** @param afterList what comes before it is a list */
  canvas(sketch: Sketch, afterList: boolean): AnyCanvas {
    let canvas = this.#bare(sketch, afterList)
    for (const link of sketch.links) canvas = canvas.link(this.canvas(link, isList(canvas)) as never)
    for (const link of sketch.errorLinks) canvas = canvas.onError(this.canvas(link, false) as never)
    return canvas
  }

  #bare(sketch: Bare, afterList: boolean): AnyCanvas {
    switch (sketch.kind) {
      case 'task':
        return this.#task(sketch, afterList)
      case 'chain':
        return chain(this.#row(sketch.parts, afterList))
      case 'group':
        return this.#group(sketch, afterList)
      case 'chord': {
        const header = this.#group(sketch, afterList) as AnyCanvas & { kind: 'group' }
        return chord(header, this.canvas(sketch.body, true) as never) as AnyCanvas
      }
    }
  }

  #row(parts: readonly Sketch[], afterList: boolean): AnyCanvas[] {
    const made: AnyCanvas[] = []
    for (const part of parts) {
      const before = made.at(-1)
      made.push(this.canvas(part, before === undefined ? afterList : isList(before)))
    }
    return made
  }

  #group({ members, allowFailures }: Pick<GroupSketch, 'members' | 'allowFailures'>, afterList: boolean): AnyCanvas {
    const made = members.map((member) => this.canvas(member, afterList))
    return (allowFailures ? group(made, { allowFailures: true }) : group(made)) as AnyCanvas
  }

  #task({ args, immutable, fails, list, items }: TaskSketch, afterList: boolean): AnyCanvas {
    const headers = { label: this.nextLabel(), ...(fails && { fails }), ...(list !== undefined && { list }) }
    const plain = signature(this.task, args, { headers }, immutable) as unknown as CanvasData
    if (items === 'map of what is before it') {
      const each = { ...plain, immutable: false, each: 'map', args: [] } as CanvasData
      return signatureOf(afterList ? each : plain)
    }
    if (items === 'none') return signatureOf(plain)
    const lists = items === 'map' ? [args] : [args.map((arg) => [arg, arg])]
    return signatureOf({ ...plain, immutable: true, each: items, args: lists } as CanvasData)
  }
}

/** Whether it comes to a list. */
function isList(canvas: AnyCanvas): boolean {
  const data = canvas as unknown as CanvasData
  switch (data.kind) {
    case 'task':
      return data.each !== undefined || data.options.headers?.list !== undefined
    case 'chain':
      return isList(data.parts.at(-1) as unknown as AnyCanvas)
    case 'group':
      return true
    case 'chord':
      return isList(data.body as unknown as AnyCanvas)
  }
}
