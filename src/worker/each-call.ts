import type { Each } from '../canvas/canvas-data.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import type { RunContext } from '../task/run-context.js'
import { type HookTour, startTour, type Waiting } from './hook-tour.js'

/** A run of many calls lets others in this process have a turn after so long. */
const TURN_MS = 20

/**
 * The calls that one run makes: of `map` and `starmap` one for each item of the list that is its argument.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_INVALID` where that is no list
 */
export function callsOf(task: string, args: readonly unknown[], each: Each): readonly (readonly unknown[])[] {
  const [items] = args
  if (args.length !== 1 || !Array.isArray(items))
    throw invalid(
      `${task}: ${each} takes one list, got ${args.length === 1 ? show(items) : `${args.length} arguments`}`,
    )
  if (each === 'map') return items.map((item) => [item])
  const wrong = items.findIndex((item) => !Array.isArray(item))
  if (wrong < 0) return items
  throw invalid(`${task}: starmap takes lists of arguments, got ${show(items[wrong])} as item ${wrong}`)
}

/**
 * Calls a task once for each list of arguments, one after the other, its hooks around every call, and returns the list
 * of what they returned. The first that throws ends it, and so does the run's signal.
 *
 * @param onTour told of each call's hooks before it begins
 */
export async function callEach(
  task: TaskDefinition,
  context: RunContext,
  calls: readonly (readonly unknown[])[],
  waiting: Waiting,
  onTour: (tour: HookTour | undefined) => void,
): Promise<unknown[]> {
  const results: unknown[] = []
  let turnedAt = performance.now()
  for (const args of calls) {
    if (context.signal.aborted) throw context.signal.reason
    const tour = startTour(task, context, args, waiting)
    onTour(tour)
    const value = await (tour === undefined ? task.run(context, args) : tour.run())
    results.push(value)
    if (tour !== undefined) await tour.returned(value)
    if (performance.now() - turnedAt > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve))
      turnedAt = performance.now()
    }
  }
  return results
}

const invalid = (message: string): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_INVALID', message, {
    hint: 'Give map() and starmap() a list, or put them behind what returns one.',
  })
