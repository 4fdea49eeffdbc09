import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from './definition.js'

/**
 * All tasks of this process, by name.
 *
 * It hangs on `globalThis`, not on the module: a loader may bring a second copy of this package into
 * the process, and both must see the same tasks.
 */
const REGISTRY = Symbol.for('taskq.registry')

function tasks(): Map<string, TaskDefinition> {
  const home = globalThis as { [REGISTRY]?: Map<string, TaskDefinition> }
  home[REGISTRY] ??= new Map()
  return home[REGISTRY]
}

/**
 * Adds a task. The same place in the same file may define it again (a module that is loaded anew).
 *
 * @throws TaskqError `TASKQ_TASK_NAME_TAKEN`, naming both places
 */
export function registerTask(definition: TaskDefinition): void {
  const earlier = tasks().get(definition.name)
  const isSamePlace = definition.source !== undefined && earlier?.source === definition.source
  if (earlier !== undefined && earlier !== definition && !isSamePlace) {
    throw new TaskqError(
      'TASKQ_TASK_NAME_TAKEN',
      `two tasks are named ${JSON.stringify(definition.name)}: ${earlier.source ?? 'unknown place'} and ${definition.source ?? 'unknown place'}`,
      { hint: "Give one of them another name: @Task({ name: '…' }).", data: { task: definition.name } },
    )
  }
  tasks().set(definition.name, definition)
}

/** The task of this name, if this process knows it. */
export const findTask = (name: string): TaskDefinition | undefined => tasks().get(name)

/** All tasks of this process, by name. */
export const listTasks = (): TaskDefinition[] => [...tasks().values()].sort((a, b) => (a.name < b.name ? -1 : 1))

/** Forgets tasks: all of them, or one. For tests that define tasks of their own. */
export function forgetTasks(name?: string): void {
  if (name === undefined) tasks().clear()
  else tasks().delete(name)
}
