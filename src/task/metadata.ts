import 'reflect-metadata'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from './definition.js'

const DEFINITION = Symbol.for('taskq.definition')

/** Notes on a class which task it is. */
export function writeDefinition(target: object, definition: TaskDefinition): void {
  Reflect.defineMetadata(DEFINITION, definition, target)
}

/**
 * The name under which a class was made a task.
 *
 * @throws TaskqError `TASKQ_TASK_NOT_REGISTERED` for a class that `@Task` was not put on: a subclass
 *   of a task is no task by itself
 */
export function taskNameOf(target: object): string {
  // Own metadata: getMetadata would find the parent class's through the prototype chain.
  const definition = Reflect.getOwnMetadata(DEFINITION, target) as TaskDefinition | undefined
  if (definition !== undefined) return definition.name
  const name = (target as { name?: string }).name || 'a class'
  throw new TaskqError('TASKQ_TASK_NOT_REGISTERED', `${name} has no @Task decorator of its own`, {
    hint: `Put @Task() on ${name}.`,
  })
}
