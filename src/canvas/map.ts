import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskArgs, TaskClass, TaskResult } from '../task/base-task.js'
import type { TaskDefinition } from '../task/definition.js'
import { taskNameOf } from '../task/metadata.js'
import type { AnyCanvas, Group, ResultOf } from './canvas.js'
import type { Each, TaskData } from './canvas-data.js'
import type { Signature } from './signature.js'
import { canvasOf } from './signature-of.js'
import { describeStray } from './stray-value.js'

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
  if (!Number.isSafeInteger(size) || size < 1) throw wrong('chunks: size', 'a whole number of 1 or more', size)
  const lists = isIterable(argLists) ? [...argLists] : argLists
  checkItems('chunks', lists)
  const count = Math.ceil(lists.length / size)
  const call = { name: nameOf('chunks', task), each: 'starmap' } as const
  const members = Array.from({ length: count }, (_, at) => dataOf(call, lists.slice(at * size, (at + 1) * size)))
  const group = canvasOf({ kind: 'group', members, allowFailures: false, links: [], errorLinks: [] }, 'chunks')
  return group as unknown as Group<ItemResult<T>[][], [], unknown>
}

function eachOf(task: AnyTask, each: Each, items?: readonly unknown[]) {
  const name = nameOf(each, task)
  if (items !== undefined) checkItems(each, items)
  return canvasOf(dataOf({ name, each }, items), each)
}

/** A list that is given is all that the job gets. */
function dataOf({ name, each }: { readonly name: string; readonly each: Each }, items?: readonly unknown[]): TaskData {
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

/** @throws TaskqError also `TASKQ_TASK_NOT_REGISTERED`, for a class that is no task */
function nameOf(caller: string, task: unknown): string {
  if (isFunctionTask(task)) return task.definition.name
  if (typeof task === 'function') return taskNameOf(task)
  const expected = 'a task: a class with @Task, or what defineTask made'
  const { got } = describeStray(task)
  const problem = formatProblem({ key: `${caller}: task`, expected, got })
  throw new TaskqError('TASKQ_WORKFLOW_INVALID', problem, { hint: `Write ${caller}(MyTask, …), not MyTask.s().` })
}

function checkItems(caller: Each | 'chunks', items: unknown): asserts items is readonly unknown[] {
  if (caller === 'map') {
    if (!Array.isArray(items)) throw wrong('map: items', 'a list', items)
    return
  }
  if (!Array.isArray(items)) throw wrong(`${caller}: argLists`, 'a list of lists of arguments', items)
  const at = items.findIndex((args) => !Array.isArray(args))
  if (at >= 0) throw wrong(`${caller}: argLists[${at}]`, 'a list of arguments', items[at])
}

function wrong(key: string, expected: string, got: unknown): TaskqError {
  return new TaskqError('TASKQ_WORKFLOW_INVALID', formatProblem({ key, expected, got: show(got) }))
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

const isFunctionTask = (task: unknown): task is AnyFunctionTask =>
  typeof task === 'object' && task !== null && typeof (task as Partial<AnyFunctionTask>).definition?.name === 'string'
