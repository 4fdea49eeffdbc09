import { showOption } from '../../config/describe-config.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import { mergeOptions } from '../../config/task-options.js'
import type { ResolvedTaskOverrides } from '../../config/task-overrides.js'
import type { TaskDefinition } from '../../task/definition.js'
import { taskGlob } from '../../task/task-glob.js'

/** An option that somebody set for a task. */
export interface ExplainedOption {
  readonly option: string
  /** As it was written; JSON only. */
  readonly value: unknown
  /** Where it was written: `@Task`, or `taskOptions.reports.*`. */
  readonly from: string
}

/** Every option that holds for a task and is no default, with where it was written. */
export function explainOptions(
  { taskOptions }: Pick<ResolvedConfig, 'taskOptions'>,
  task: TaskDefinition | undefined,
  name: string,
): ExplainedOption[] {
  const matching = taskOptions.filter(({ pattern }) => taskGlob(pattern).test(name))
  const merged = matching.reduce((base, { options }) => mergeOptions(base, options), { ...task?.given })
  return Object.entries(merged)
    .filter(([option, value]) => option !== 'name' && value !== undefined)
    .map(([option, value]) => ({ option, value: showOption(value), from: originOf(option, matching) }))
}

function originOf(option: string, matching: readonly ResolvedTaskOverrides[]): string {
  const last = matching.findLast(({ options }) => (options as Readonly<Record<string, unknown>>)[option] !== undefined)
  return last === undefined ? '@Task' : `taskOptions.${last.pattern}`
}
