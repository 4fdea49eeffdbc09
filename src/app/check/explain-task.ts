import { askRoute, patternOf } from '../../config/create-router.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { ResolvedRoute, RoutedCall } from '../../config/route.js'
import { EffectiveTasks } from '../../config/task-options.js'
import { laneOf } from '../../engine/lane.js'
import type { TaskDefinition } from '../../task/definition.js'
import type { ResolvedCall } from '../../task/enqueue-problems.js'
import { isLimited } from '../../task/options/limit-options.js'
import { taskGlob } from '../../task/task-glob.js'
import { type ExplainedOption, explainOptions } from './explain-options.js'

/** What one rule says of where a call's job goes; the rules stand in the order in which they are asked. */
export interface ExplainedRule {
  /** As it is written: `call`, `taskOptions.reports.*`, `@Task`, `routes[0] reports.*`, `defaultQueue`. */
  readonly rule: string
  readonly queue?: string
  readonly priority?: number
  /** Why it says nothing, where that needs a word. */
  readonly note?: string
  /** What of it counts. */
  readonly wins: readonly ('queue' | 'priority')[]
}

/** Where a call's job goes and why, and which options hold for it. */
export interface Explanation {
  readonly task: string
  /** `file:line`; not there for a task that this project has no code of. */
  readonly source?: string
  readonly queue: string
  /** The engine's own queue, which differs where the task has limits of its own. */
  readonly lane: string
  readonly priority: number
  /** Whether the queue goes by priorities. */
  readonly priorities: boolean
  readonly rules: readonly ExplainedRule[]
  readonly options: readonly ExplainedOption[]
}

/** A call to be explained. */
export interface ExplainedCall extends RoutedCall {
  /** The options, checked. */
  readonly call: Pick<ResolvedCall, 'queue' | 'priority'>
}

type Said = Omit<ExplainedRule, 'wins'>

/**
 * Says where the job of a call goes, rule by rule, and where each of the task's options comes from. Enqueues nothing.
 *
 * @throws TaskqError `TASKQ_CONFIG_INVALID` where the task and `taskOptions` do not go together
 */
export function explainTask(
  config: ResolvedConfig,
  task: TaskDefinition | undefined,
  call: ExplainedCall,
): Explanation {
  const said = [
    { rule: 'call', ...placeOf(call.call) },
    ...overridesIn(config, call.task),
    { rule: '@Task', ...(task === undefined ? { note: 'no task of this project' } : placeOf(task)) },
    ...config.routes.map((route, index) => askOne(route, index, call)),
    { rule: 'defaultQueue', queue: config.defaultQueue },
  ]
  const rules = withWinners(said)
  const { queue = config.defaultQueue } = rules.find(({ wins }) => wins.includes('queue')) ?? {}
  const { priority = 0 } = rules.find(({ wins }) => wins.includes('priority')) ?? {}
  const effective = task && new EffectiveTasks(config).of(task)
  return {
    task: call.task,
    ...(task?.source !== undefined && { source: task.source }),
    queue,
    lane: laneOf(queue, effective !== undefined && isLimited(effective) ? call.task : undefined),
    priority,
    priorities: config.queues[queue]?.priorities === true,
    rules,
    options: explainOptions(config, task, call.task),
  }
}

/** What the config says of the task, the latest entry first: it wins. */
const overridesIn = ({ taskOptions }: ResolvedConfig, task: string): Said[] =>
  taskOptions
    .filter(({ pattern }) => taskGlob(pattern).test(task))
    .map(({ pattern, options }) => ({ rule: `taskOptions.${pattern}`, ...placeOf(options) }))
    .reverse()

function askOne(route: ResolvedRoute, index: number, call: ExplainedCall): Said {
  const key = `routes[${index}]`
  if ('pattern' in route) {
    const rule = `${key} ${String(route.pattern)}`
    return patternOf(route).test(call.task) ? { rule, ...placeOf(route) } : { rule, note: 'does not match' }
  }
  const rule = `${key} (function)`
  try {
    const routed = askRoute(route, key, { task: call.task, args: call.args, options: call.options })
    return routed === undefined ? { rule, note: 'leaves it to others' } : { rule, ...placeOf(routed) }
  } catch (error) {
    return { rule, note: `fails, and so would the call: ${(error as Error).message}` }
  }
}

/** Of routes only the first that matches is heard; of all else each says its part. */
function withWinners(said: readonly Said[]): ExplainedRule[] {
  const routed = said.find(({ rule, queue }) => rule.startsWith('routes[') && queue !== undefined)
  const heard = said.filter((one) => !one.rule.startsWith('routes[') || one === routed)
  const winner = (part: 'queue' | 'priority') => heard.find((one) => one[part] !== undefined)
  const parts = ['queue', 'priority'] as const
  return said.map((one) => ({ ...one, wins: parts.filter((part) => winner(part) === one) }))
}

const placeOf = ({ queue, priority }: { queue?: string | undefined; priority?: number | undefined }) => ({
  ...(queue !== undefined && { queue }),
  ...(priority !== undefined && { priority }),
})
