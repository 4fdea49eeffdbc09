import { patternOf } from '../../config/create-router.js'
import type { PatternRoute, ResolvedRoute } from '../../config/route.js'
import { didYouMean } from '../../errors/nearest.js'
import { taskGlob } from '../../task/task-glob.js'
import type { CheckedProject } from './checked-project.js'
import { type Finding, warningAt } from './finding.js'

/** Patterns of `routes` and `taskOptions` that have no effect on any task of this project. */
export function checkPatterns({ config, names }: CheckedProject): Finding[] {
  if (names.length === 0) return []
  const options = config.taskOptions.flatMap(({ pattern }) =>
    names.some((name) => taskGlob(pattern).test(name)) ? [] : unmatched(`taskOptions.${pattern}`, pattern, names),
  )
  return [...options, ...checkRoutes(config.routes, names)]
}

function checkRoutes(routes: readonly ResolvedRoute[], names: readonly string[]): Finding[] {
  const left = new Set(names)
  return routes.flatMap((route, index) => {
    if (!('pattern' in route)) return []
    const matched = names.filter((name) => patternOf(route).test(name))
    const reached = matched.filter((name) => left.delete(name))
    const where = `routes[${index}]`
    if (matched.length === 0) return unmatched(where, String(route.pattern), names)
    return reached.length === 0 ? [shadowed(where, route)] : []
  })
}

const unmatched = (where: string, pattern: string, names: readonly string[]): Finding[] => [
  warningAt(
    where,
    `${pattern} matches no task of this project${didYouMean(pattern, names)}`,
    'Correct the pattern, or leave it where other projects have such tasks.',
  ),
]

const shadowed = (where: string, { pattern }: PatternRoute): Finding =>
  warningAt(where, `every task that ${String(pattern)} matches goes by a route above it`, 'Move it up.')
