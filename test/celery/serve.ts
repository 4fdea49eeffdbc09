import type { TaskClass } from '../../src/task/base-task.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import { taskNameOf } from '../../src/task/metadata.js'
import { findTask } from '../../src/task/registry.js'
import type { TestBroker } from '../support/broker.js'
import { type TestApp, type TestWorker, testApp } from '../support/test-app.js'

/** What a test's app takes of a class. */
export function definitionOf(task: TaskClass) {
  const definition = findTask(taskNameOf(task))
  if (definition === undefined) throw new Error(`${task.name} is no task any more`)
  return { definition }
}

/** An app that knows these tasks, and a worker of it. */
export async function serve(
  broker: TestBroker,
  ...tasks: readonly (TaskClass | { readonly definition: TaskDefinition })[]
): Promise<TestWorker & { readonly app: TestApp }> {
  const app = testApp(broker, { tasks: tasks.map((task) => ('definition' in task ? task : definitionOf(task))) })
  return { app, ...(await app.worker()) }
}
