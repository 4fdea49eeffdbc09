import { formatProblem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { taskGlob } from '../task/task-glob.js'
import type { ResolvedConfig } from './resolved-config.js'
import { type PatternRoute, type ResolvedRoute, type RoutedCall, type RouteTarget, resolveRoute } from './route.js'
import { targetProblems } from './route-problems.js'

/** Where the routes send a job. */
export interface Routed {
  readonly queue: string
  readonly priority?: number
}

/** Asks the routes of a config. */
export interface Router {
  /**
   * Where a call's job goes: by the first route that matches it, else to `defaultQueue`.
   *
   * @throws TaskqError `TASKQ_ROUTE_INVALID` where a route is a function that throws, or names no queue
   */
  of(call: RoutedCall): Routed
  /** Where a task's jobs go whatever the call: functions are passed over. */
  home(task: string): Routed
  /** Which routes are functions that are asked before that. */
  functionsFor(task: string): readonly number[]
}

/** Names come from callers too: what is remembered must not grow without end. */
const REMEMBERED = 10_000

/** Makes the {@link Router} of a config. Answers that a task's name alone decides are remembered. */
export function createRouter({ routes, defaultQueue }: Pick<ResolvedConfig, 'routes' | 'defaultQueue'>): Router {
  const rest: Routed = { queue: defaultQueue }
  const patterns = routes.map((route) => ('pattern' in route ? patternOf(route) : undefined))
  const known = new Map<string, Plan>()
  const planOf = (task: string): Plan => {
    const plan = known.get(task) ?? planFor(task, routes, patterns, rest)
    if (known.size < REMEMBERED) known.set(task, plan)
    return plan
  }
  return {
    home: (task) => planOf(task).home,
    functionsFor: (task) => planOf(task).functions,
    of(call) {
      const { functions, home } = planOf(call.task)
      for (const index of functions) {
        const route = routes[index] as ResolvedRoute
        const target = 'choose' in route ? askRoute(route, `routes[${index}]`, call) : undefined
        if (target !== undefined) return target
      }
      return home
    },
  }
}

/** A pattern as it is matched. A glob's `*` stands for any characters; a RegExp keeps no place between two tasks. */
export const patternOf = ({ pattern }: Pick<PatternRoute, 'pattern'>): RegExp =>
  typeof pattern === 'string' ? taskGlob(pattern) : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))

type ChoosingRoute = Exclude<ResolvedRoute, PatternRoute>

/** What is to be done to route a task: ask functions, one after the other; then the first pattern that matches. */
interface Plan {
  readonly functions: readonly number[]
  readonly home: Routed
}

function planFor(
  task: string,
  routes: readonly ResolvedRoute[],
  patterns: readonly (RegExp | undefined)[],
  rest: Routed,
): Plan {
  const found = patterns.findIndex((pattern) => pattern?.test(task))
  const above = patterns.slice(0, found < 0 ? patterns.length : found)
  const functions = above.flatMap((pattern, index) => (pattern === undefined ? [index] : []))
  const home = routes[found] as PatternRoute | undefined
  return { functions, home: home ?? rest }
}

/** What a function among the routes says of a call. @throws TaskqError `TASKQ_ROUTE_INVALID` */
export function askRoute({ choose }: ChoosingRoute, key: string, call: RoutedCall): Routed | undefined {
  let target: RouteTarget | undefined
  try {
    target = choose(call)
  } catch (cause) {
    const { message } = cause instanceof Error ? cause : { message: String(cause) }
    throw invalid(call.task, `${key}: the function threw: ${message}`, cause)
  }
  if (target === undefined || target === null) return undefined
  const problems = targetProblems(key, target)
  if (problems.length > 0) throw invalid(call.task, problems.map(formatProblem).join('; '))
  return resolveRoute([call.task, target]) as PatternRoute
}

function invalid(task: string, what: string, cause?: unknown): TaskqError {
  return new TaskqError('TASKQ_ROUTE_INVALID', `${task}: ${what}`, {
    hint: 'A function in routes of the config must return a queue name, { queue, priority } or undefined, and no promise.',
    data: { task },
    cause,
  })
}
