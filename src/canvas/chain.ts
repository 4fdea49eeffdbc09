import type { AnyCanvas, Chain, Fits, MissingOf, ResultOf, TakesOf } from './canvas.js'
import { canvasOf, chained } from './signature-of.js'

type Parts = readonly [AnyCanvas, ...AnyCanvas[]]
type Last<P extends Parts> = P extends readonly [...unknown[], infer L extends AnyCanvas] ? L : P[number]

/** At the place of each part nothing more where it takes the result of the one before, else what does not fit. */
type Fitting<P extends readonly unknown[], Checked extends readonly unknown[] = [unknown]> = P extends readonly [
  infer A extends AnyCanvas,
  infer B extends AnyCanvas,
  ...infer Rest,
]
  ? Fitting<[B, ...Rest], [...Checked, Fits<ResultOf<A>, B>]>
  : P extends readonly [infer A extends AnyCanvas, ...infer Rest extends readonly AnyCanvas[]]
    ? readonly [...Checked, ...Repeated<A, Rest>]
    : Readonly<Checked>

/** Of parts that are spread from a list: the first fits, and each fits after another. */
type Repeated<A extends AnyCanvas, Rest extends readonly AnyCanvas[]> = Rest extends readonly []
  ? []
  : (Fits<ResultOf<A>, Rest[number]> & Fits<ResultOf<Rest[number]>, Rest[number]>)[]

/**
 * One after the other, each with the result of the one before as its first argument (an immutable one without). It comes
 * to what the last one does. A part that fails makes it fail: those after it do not run.
 *
 * @param parts at least one; a result that the next part does not take does not compile. Of a list, that is not checked
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * const result = await chain(Resize.s('cat.png', 80), Publish.s()).delay()
 * await result.get()
 */
export function chain<const P extends Parts>(
  ...parts: P & Fitting<P>
): Chain<ResultOf<Last<P>>, MissingOf<P[0]>, TakesOf<P[0]>>
export function chain<C extends AnyCanvas>(parts: readonly C[]): Chain<ResultOf<C>, MissingOf<C>, TakesOf<C>>
export function chain(...parts: readonly unknown[]): unknown {
  const list = parts.length === 1 && Array.isArray(parts[0]) ? parts[0] : parts
  return canvasOf(chained(list), 'chain')
}
