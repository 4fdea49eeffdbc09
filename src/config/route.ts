import type { EnqueueOptions } from '../task/enqueue-options.js'

/** Which tasks, and where they go: `['reports.*', { queue: 'reports' }]`. Or a function that says so for each call. */
export type Route = readonly [pattern: string | RegExp, target: RouteTarget] | RouteFunction

/** A queue; with the priority of jobs that go there by this route and have none of their own. */
export type RouteTarget = string | { readonly queue: string; readonly priority?: number }

/** Says where a call's job goes; undefined leaves it to the routes below. It must answer at once. */
export type RouteFunction = (call: RoutedCall) => RouteTarget | undefined

/** A call as a {@link RouteFunction} sees it. */
export interface RoutedCall {
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
}

/** Where tasks go whose name matches. */
export interface PatternRoute {
  readonly pattern: string | RegExp
  readonly queue: string
  readonly priority?: number
}

/** A route, checked. */
export type ResolvedRoute = PatternRoute | { readonly choose: RouteFunction }

/** The checked route of a written one. */
export function resolveRoute(route: Route): ResolvedRoute {
  if (typeof route === 'function') return { choose: route }
  const [pattern, target] = route
  return { pattern, ...(typeof target === 'string' ? { queue: target } : target) }
}
