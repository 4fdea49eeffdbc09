import { isRegExp } from 'node:util/types'
import { type Problem, show } from '../errors/problems.js'
import { isPlainRecord } from '../schedule/plain-data.js'
import { MAX_PRIORITY, readQueue } from '../task/options/job-options.js'
import { OptionReader } from '../task/options/option-reader.js'
import { isTaskPattern, TASK_PATTERN_FORM } from './task-pattern.js'

const ROUTES_FORM = 'routes such as [["reports.*", { queue: "reports" }]]'

/** Everything that is wrong with `routes`. */
export function routesProblems(written: unknown): Problem[] {
  if (written === undefined) return []
  if (!Array.isArray(written)) return [{ key: 'routes', expected: ROUTES_FORM, got: show(written) }]
  return written.flatMap((route, index) => problemsOfRoute(`routes[${index}]`, route))
}

function problemsOfRoute(key: string, route: unknown): Problem[] {
  if (typeof route === 'function') return []
  if (!Array.isArray(route) || route.length !== 2) return [{ key, expected: ROUTES_FORM, got: show(route) }]
  const [pattern, target] = route as [unknown, unknown]
  const expected = `${TASK_PATTERN_FORM}, or a RegExp`
  const isPattern = isTaskPattern(pattern) || isRegExp(pattern)
  return [
    ...(isPattern ? [] : [{ key: `${key}[0]`, expected, got: show(pattern) }]),
    ...targetProblems(`${key}[1]`, target),
  ]
}

/** Everything that is wrong with where a route leads. */
export function targetProblems(key: string, target: unknown): Problem[] {
  if (typeof target === 'string') return queueProblems(key, target)
  if (!isPlainRecord(target)) return [{ key, expected: 'a queue name, or { queue, priority }', got: show(target) }]
  const reader = new OptionReader(target, key)
  reader.refuseUnknown(['queue', 'priority'])
  if (target.queue === undefined) reader.refuse('queue', 'a queue name', 'nothing')
  readQueue(reader)
  reader.wholeNumber('priority', 0, MAX_PRIORITY)
  return reader.problems
}

function queueProblems(key: string, queue: string): Problem[] {
  const reader = new OptionReader({ queue })
  readQueue(reader)
  return reader.problems.map((problem) => ({ ...problem, key }))
}
