import { createDestinations, type Destination } from '../../client/destination.js'
import { askRoute, patternOf } from '../../config/create-router.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { ResolvedRoute, RoutedCall } from '../../config/route.js'
import { EffectiveTasks } from '../../config/task-options.js'
import type { ErrorCode } from '../../errors/codes.js'
import { didYouMean } from '../../errors/nearest.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { TaskDefinition } from '../../task/definition.js'
import type { ResolvedCall } from '../../task/enqueue-problems.js'
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

/** Where a job goes. */
export interface ExplainedPlace {
  readonly queue: string
  /** The engine's own queue, which differs where the task has limits of its own. */
  readonly lane: string
  readonly priority: number
  /** Whether the queue goes by priorities. */
  readonly priorities: boolean
}

/** Where a call's job goes and why, and which options hold for it. Of a call that is refused no place is told. */
export interface Explanation extends Partial<ExplainedPlace> {
  readonly task: string
  /** `file:line`; not there for a task that this project has no code of. */
  readonly source?: string
  /** Why there is no job where this is called. */
  readonly refused?: { readonly code: ErrorCode; readonly message: string }
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
 * @param known the names of the project's tasks
 * @throws TaskqError `TASKQ_CONFIG_INVALID` where the task and `taskOptions` do not go together
 */
export function explainTask(
  config: ResolvedConfig,
  task: TaskDefinition | undefined,
  call: ExplainedCall,
  known: readonly string[] = [],
): Explanation {
  const said: Said[] = [
    { rule: 'call', ...placeOf(call.call) },
    ...overridesIn(config, call.task),
    {
      rule: '@Task',
      ...(task === undefined ? { note: `no task of this project${didYouMean(call.task, known)}` } : placeOf(task)),
    },
    ...config.routes.map((route, index) => askOne(route, index, call)),
    ...(task === undefined ? [{ rule: 'workers', note: 'not asked here: a call asks those that know the task' }] : []),
    { rule: 'defaultQueue', queue: config.defaultQueue },
  ]
  const destination = findDestination(config, task, call)
  const rules = 'code' in destination ? said.map((one) => ({ ...one, wins: [] })) : withWinners(said)
  return {
    task: call.task,
    ...(task?.source !== undefined && { source: task.source }),
    ...('code' in destination ? { refused: destination } : placeIn(config, destination, rules)),
    rules,
    options: explainOptions(config, task, call.task),
  }
}

/** What a call's own rule says, so that both say the same; or why it refuses the call. */
function findDestination(
  config: ResolvedConfig,
  task: TaskDefinition | undefined,
  call: ExplainedCall,
): Destination | NonNullable<Explanation['refused']> {
  const definition = task && new EffectiveTasks(config).of(task)
  try {
    return createDestinations(config)(call, { definition, facts: undefined }, call.call.queue)
  } catch (error) {
    if (error instanceof TaskqError) return { code: error.code, message: error.message }
    throw error
  }
}

function placeIn(
  config: ResolvedConfig,
  { queue, lane }: Destination,
  rules: readonly ExplainedRule[],
): ExplainedPlace {
  const { priority = 0 } = rules.find(({ wins }) => wins.includes('priority')) ?? {}
  return { queue, lane, priority, priorities: config.queues[queue]?.priorities === true }
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
