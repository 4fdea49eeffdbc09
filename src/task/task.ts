import { TaskqError } from '../errors/taskq-error.js'
import { attachContext } from './base-task.js'
import type { TaskDefinition } from './definition.js'
import { hasHooks, type RunHooks } from './hooks.js'
import { writeDefinition } from './metadata.js'
import { resolveTaskOptions, type TaskOptions } from './options.js'
import { registerTask } from './registry.js'
import type { RunContext } from './run-context.js'
import type { SchemaArgs, StandardSchema } from './schema.js'
import { callerOf } from './source.js'

type RunnableClass<Args extends unknown[]> = new () => { run(...args: Args): unknown }

/**
 * Makes a class a task that workers run and `delay` calls. Serves legacy and TC39 decorators alike.
 *
 * @param options see {@link TaskOptions}; all have defaults
 * @throws TaskqError `TASKQ_TASK_OPTION_INVALID` naming every wrong option,
 *   `TASKQ_TASK_NAME_TAKEN` naming both places, `TASKQ_TASK_INVALID` for a class without `run`
 *
 * @example
 * @Task({ queue: 'reports', retries: 3, backoff: { type: 'fixed', delay: '30s' } })
 * class DailyReport extends BaseTask {
 *   async run(day: string) { … }
 * }
 */
export function Task<S extends StandardSchema = StandardSchema>(options: TaskOptions & { readonly schema?: S } = {}) {
  const source = callerOf(Task)
  return <C extends RunnableClass<SchemaArgs<S>>>(target: C, _context?: ClassDecoratorContext): void => {
    if (typeof target?.prototype?.run !== 'function') throw notRunnable(target)
    const begin = (context: RunContext) => {
      const instance = new target()
      attachContext(instance, context)
      return instance
    }
    const definition: TaskDefinition = Object.freeze({
      ...resolveTaskOptions(options, target.name),
      source,
      run: (context: RunContext, args: readonly unknown[]) => begin(context).run(...(args as unknown as SchemaArgs<S>)),
      hooked: hookedBy(target.prototype, begin),
    })
    registerTask(definition)
    writeDefinition(target, definition)
  }
}

/** A class's runs with its hooks. They may be properties: of those its first instance tells. Undefined for one without any. */
function hookedBy<I extends { run(...args: never[]): unknown }>(
  prototype: object,
  begin: (context: RunContext) => I,
): NonNullable<TaskDefinition['hooked']> {
  let hasSome: boolean | undefined = hasHooks(prototype) || undefined
  return (context) => {
    if (hasSome === false) return undefined
    const instance = begin(context)
    hasSome ??= hasHooks(instance)
    return { hooks: instance as RunHooks, run: (args) => instance.run(...(args as never[])) }
  }
}

function notRunnable(target: unknown): TaskqError {
  const name = (target as { name?: string } | undefined)?.name || 'the class'
  return new TaskqError('TASKQ_TASK_INVALID', `${name} has no run method`, {
    hint: `Write async run(…) in ${name}, and extend BaseTask.`,
  })
}
