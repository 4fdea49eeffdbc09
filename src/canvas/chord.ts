import type { AnyCanvas, Chord, Fits, MissingOf, ResultOf, TakesOf } from './canvas.js'
import { group, type MembersMissing, type Results } from './group.js'
import { canvasOf } from './signature-of.js'

/**
 * A group, and a body that takes the list of its results: runs once, when all members are done. Where a member fails,
 * the body does not run, and the chord fails with a ChordError that names the job. The same as `chain(group, body)`.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * await chord(pages.map((page) => Render.s(page)), BindBook.s()).delay()
 */
export function chord<const M extends readonly AnyCanvas[], B extends AnyCanvas>(
  header: M,
  body: B & Fits<Results<M>, B>,
): Chord<ResultOf<B>, MembersMissing<M>, TakesOf<M[number]>>
export function chord<G extends AnyCanvas & { readonly kind: 'group' }, B extends AnyCanvas>(
  header: G,
  body: B & Fits<ResultOf<G>, B>,
): Chord<ResultOf<B>, MissingOf<G>, TakesOf<G>>
export function chord(header: unknown, body: unknown): unknown {
  const group_ = Array.isArray(header) ? group(header as readonly AnyCanvas[]) : header
  return canvasOf({ kind: 'chord', header: group_, body, links: [], errorLinks: [] }, 'chord')
}
