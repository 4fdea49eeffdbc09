import { runChild } from './run-child.ts'
import type { ChildTask, Measures } from './scenario.ts'

/** Whether a child is the second of a pair. */
export const isSecond = ({ params }: ChildTask): boolean => params.second === 1

/** Runs one side of one round in two child processes; the second is started when the first is ready. */
export async function runPair(task: ChildTask): Promise<readonly [first: Measures, second: Measures]> {
  const { promise: second, resolve } = Promise.withResolvers<Measures>()
  // Its failure reaches the first one's `load`.
  second.catch(() => {})
  const first = await runChild(task, async () => {
    const running = runChild({ ...task, params: { ...task.params, second: 1 } })
    resolve(running)
    await running
  })
  return [first, await second]
}
