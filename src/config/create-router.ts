import { taskGlob } from '../task/task-glob.js'
import type { ResolvedConfig } from './resolved-config.js'

/**
 * Makes the function that says which queue a task goes to that names none: the first route that matches,
 * else `defaultQueue`. A `*` stands for any characters. Answers are remembered by task.
 */
export function createRouter({ routes, defaultQueue }: Pick<ResolvedConfig, 'routes' | 'defaultQueue'>) {
  const compiled = routes.map(({ pattern, queue }) => ({ matches: taskGlob(pattern), queue }))
  const known = new Map<string, string>()
  return (task: string): string => {
    const answer = known.get(task) ?? compiled.find(({ matches }) => matches.test(task))?.queue ?? defaultQueue
    if (known.size < REMEMBERED) known.set(task, answer)
    return answer
  }
}

/** The queue of a task's jobs: the task's own, else the routed one. */
export const queueOfTask = (
  routeOf: (task: string) => string,
  { name, queue }: { readonly name: string; readonly queue: string | undefined },
): string => queue ?? routeOf(name)

/** Names come from callers too: what is remembered must not grow without end. */
const REMEMBERED = 10_000
