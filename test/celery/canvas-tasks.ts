import type { AsyncResult } from '../../src/task/async-result.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult, WorkflowTree } from '../../src/task/workflow-result.js'

/** The tasks of the chapter's examples, made anew for each test. */
export function canvasTasks() {
  const logged: unknown[] = []
  return {
    add: defineTask({ name: 'add' }, (_, x: number, y: number) => x + y),
    mul: defineTask({ name: 'mul' }, (_, x: number, y: number) => x * y),
    xsum: defineTask({ name: 'xsum' }, (_, numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0)),
    raising: defineTask({ name: 'raising' }, (): number => {
      throw new RangeError('something something')
    }),
    /** Keeps what it is called with: `logged`. */
    log: defineTask({ name: 'log' }, (_, value: unknown) => void logged.push(value)),
    logged,
  }
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
export const pairs = (count: number): [number, number][] => range(count).map((n) => [n, n])

/** What each of a workflow's jobs came to, in the order in which they are written: `parent.parent…` there. */
export async function partResults(result: AsyncResult): Promise<unknown[]> {
  return Promise.all((await result.children()).map((part) => part.get()))
}

/** All tasks of a tree, the outer ones first. */
export function tasksOf(tree: WorkflowTree): WorkflowTree[] {
  const inner = (tree.parts ?? []).flatMap(tasksOf)
  return tree.kind === 'task' ? [tree, ...inner] : inner
}

/** A signature with callbacks makes a workflow, though its type cannot know that. */
export function asWorkflow(result: AsyncResult): WorkflowResult {
  if (!('tree' in result)) throw new Error(`${result.id} is the handle of a job`)
  return result as WorkflowResult
}
