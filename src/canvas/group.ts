import { formatProblem, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { Settled } from '../task/workflow-result.js'
import type { AnyCanvas, Group, MissingOf, ResultOf, TakesOf } from './canvas.js'
import { canvasOf } from './signature-of.js'
import { describeStray } from './stray-value.js'

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

/** Says no to what nobody would look at. */
function readOptions(options: unknown = {}): GroupOptions {
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options) && !('kind' in options)
  const problems = isRecord
    ? unknownKeys(options, ['allowFailures'])
    : [{ key: 'options', expected: 'an object such as { allowFailures: true }', got: describeStray(options).got }]
  if (problems.length === 0) return options as GroupOptions
  throw new TaskqError('TASKQ_WORKFLOW_INVALID', `group: ${problems.map(formatProblem).join('; ')}`, {
    hint: 'Write group([a.s(), b.s()], { allowFailures: true }), or group(a.s(), b.s()).',
    data: { problems },
  })
}
