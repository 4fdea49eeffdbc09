import type { Settled } from '../task/workflow-result.js'
import type { AnyCanvas, Group, MissingOf, ResultOf, TakesOf } from './canvas.js'
import { checkRecord } from './check-canvas.js'
import { canvasOf } from './signature-of.js'

/** How the members of a group belong together. */
export interface GroupOptions {
  /**
   * Its result tells of each member `{ status: 'succeeded', value }` or `{ status: 'failed', error }`, and it does not
   * fail. Default: it fails with the first member that does.
   */
  readonly allowFailures?: boolean
}

/** The results of members, in their order. */
export type Results<M extends readonly AnyCanvas[]> = { -readonly [At in keyof M]: ResultOf<M[At]> }
/** How each member ended, in their order. */
export type Settlements<M extends readonly AnyCanvas[]> = { -readonly [At in keyof M]: Settled<ResultOf<M[At]>> }
/** What all members still need: every one gets it. */
export type MembersMissing<M extends readonly AnyCanvas[]> = Needed<
  Exclude<MissingOf<M[number]>, []>,
  TakesOf<M[number]>
>

type Needed<Missing extends unknown[], Takes> = [Missing] extends [never]
  ? []
  : [Missing] extends [[unknown]]
    ? [Takes]
    : Extract<AllOf<Missing>, unknown[]>
/** What is each of several types at once. */
type AllOf<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer All) => void ? All : never

/**
 * Side by side. It comes to the list of its members' results, in their order, whichever is done first. In a chain every
 * member gets the result before it, and what comes after gets the list.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * await (await group(Add.s(1, 2), Add.s(3, 4)).delay()).get()                        // [3, 7]
 * await (await group(urls.map((url) => Fetch.s(url)), { allowFailures: true }).delay()).get()
 */
export function group<const M extends readonly AnyCanvas[]>(
  members: M,
  options: GroupOptions & { readonly allowFailures: true },
): Group<Settlements<M>, MembersMissing<M>, TakesOf<M[number]>>
export function group<const M extends readonly AnyCanvas[]>(
  members: M,
  options?: { readonly allowFailures?: false },
): Group<Results<M>, MembersMissing<M>, TakesOf<M[number]>>
export function group<const M extends readonly AnyCanvas[]>(
  members: M,
  options: GroupOptions,
): Group<Results<M> | Settlements<M>, MembersMissing<M>, TakesOf<M[number]>>
export function group<const M extends readonly AnyCanvas[]>(
  ...members: M
): Group<Results<M>, MembersMissing<M>, TakesOf<M[number]>>
export function group(...given: readonly unknown[]): unknown {
  const isList = Array.isArray(given[0])
  const members = isList ? given[0] : given
  const { allowFailures = false } = isList ? readOptions(given[1]) : {}
  return canvasOf({ kind: 'group', members, allowFailures, links: [], errorLinks: [] }, 'group')
}

function readOptions(options: unknown = {}): GroupOptions {
  checkRecord('group: options', options, ['allowFailures'])
  return options as GroupOptions
}
