import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskArgs, TaskClass, TaskResult } from '../task/base-task.js'
import type { TaskDefinition } from '../task/definition.js'
import { taskNameOf } from '../task/metadata.js'
import type { AnyCanvas, Group, ResultOf } from './canvas.js'
import type { Each, TaskData } from './canvas-data.js'
import type { Signature } from './signature.js'
import { signatureOf } from './signature-of.js'

/** A task made of a function, as far as it is looked at here. */
interface AnyFunctionTask {
  readonly definition: TaskDefinition
  si(...args: never[]): AnyCanvas
}
type AnyTask = TaskClass | AnyFunctionTask
/** The arguments of a task, made of a class or a function. */
export type ItemArgs<T> = T extends TaskClass
  ? TaskArgs<T>
  : T extends { si(...args: infer Args extends unknown[]): unknown }
    ? Args
    : never
type ItemResult<T> = T extends TaskClass
  ? TaskResult<T>
  : T extends { si(...args: never[]): infer S extends AnyCanvas }
    ? ResultOf<S>
    : never
/** Nothing more where a task can run with one argument; else what it needs, for the compiler to show. */
type TakesOne<T> =
  [ItemArgs<T>[0]] extends ItemArgs<T>
    ? unknown
    : { readonly 'map gives one argument, and the task needs': ItemArgs<T> }

/**
 * One job that runs a task for each of many items, one after the other, and comes to the list of the results.
 *
 * @param items each is the task's one argument. Left out, the list is still to come
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * await map(Square, [1, 2, 3]).delay()          // [1, 4, 9]
 * chain(ListFiles.s('inbox'), map(ReadFile))
 */
export function map<T extends AnyTask>(
  task: T & TakesOne<T>,
): Signature<ItemResult<T>[], [items: readonly ItemArgs<T>[0][]], readonly ItemArgs<T>[0][]>
export function map<T extends AnyTask>(
  task: T & TakesOne<T>,
  items: readonly ItemArgs<T>[0][],
): Signature<ItemResult<T>[], [], unknown>
export function map(task: AnyTask, items?: readonly unknown[]): unknown {
  return eachOf(task, 'map', items)
}

/**
 * As {@link map}, with the list of all arguments for each run.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * await starmap(Add, [[1, 2], [3, 4]]).delay()  // [3, 7]
 */
export function starmap<T extends AnyTask>(
  task: T,
): Signature<ItemResult<T>[], [argLists: readonly ItemArgs<T>[]], readonly ItemArgs<T>[]>
export function starmap<T extends AnyTask>(
  task: T,
  argLists: readonly ItemArgs<T>[],
): Signature<ItemResult<T>[], [], unknown>
export function starmap(task: AnyTask, argLists?: readonly unknown[]): unknown {
  return eachOf(task, 'starmap', argLists)
}

/**
 * Many calls of a task in few jobs: a group of {@link starmap}s of `size` calls each. It comes to a list of lists.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 *
 * @example
 * await chunks(SendMail, users.map((user) => [user.id]), 100).delay()
 */
export function chunks<T extends AnyTask>(
  task: T,
  argLists: Iterable<ItemArgs<T>>,
  size: number,
): Group<ItemResult<T>[][], [], unknown> {
  if (!Number.isSafeInteger(size) || size < 1) {
    const problem = { key: 'size', expected: 'a whole number of 1 or more', got: show(size) }
    throw new TaskqError('TASKQ_WORKFLOW_INVALID', `chunks: ${formatProblem(problem)}`)
  }
  const lists = [...argLists]
  const count = Math.ceil(lists.length / size)
  const members = Array.from({ length: count }, (_, at) =>
    dataOf(task, 'starmap', lists.slice(at * size, (at + 1) * size)),
  )
  const group = signatureOf({ kind: 'group', members, allowFailures: false, links: [], errorLinks: [] })
  return group as unknown as Group<ItemResult<T>[][], [], unknown>
}

const eachOf = (task: AnyTask, each: Each, items?: readonly unknown[]) => signatureOf(dataOf(task, each, items))

/** A list that is given is all that the job gets. */
function dataOf(task: AnyTask, each: Each, items?: readonly unknown[]): TaskData {
  const name = isFunctionTask(task) ? task.definition.name : taskNameOf(task)
  const args = items === undefined ? [] : [items]
  return {
    kind: 'task',
    task: name,
    args,
    options: {},
    immutable: items !== undefined,
    each,
    links: [],
    errorLinks: [],
  }
}

const isFunctionTask = (task: AnyTask): task is AnyFunctionTask => 'definition' in task
