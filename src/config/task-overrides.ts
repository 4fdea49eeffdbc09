import { type Problem, show } from '../errors/problems.js'
import { isPlainRecord } from '../schedule/plain-data.js'
import { OptionReader } from '../task/options/option-reader.js'
import { readTaskOptions, TASK_OPTION_KEYS, type TaskOptions } from '../task/options.js'
import { isTaskPattern, TASK_PATTERN_FORM } from './task-pattern.js'

/** What the config may say of tasks: all but what belongs to their code. */
export type TaskOverrides = Omit<TaskOptions, (typeof OF_THE_CODE)[number]>

/** What the config says of the tasks whose name matches. */
export interface ResolvedTaskOverrides {
  readonly pattern: string
  readonly options: TaskOverrides
}

const OF_THE_CODE = ['name', 'schema', 'version', 'migrate'] as const
const OVERRIDE_KEYS = TASK_OPTION_KEYS.filter((key) => !(OF_THE_CODE as readonly string[]).includes(key))

/** Everything that is wrong with `taskOptions`, as far as it can be told without the tasks. */
export function taskOptionsProblems(written: unknown): Problem[] {
  if (written === undefined) return []
  if (!isPlainRecord(written))
    return [{ key: 'taskOptions', expected: 'an object such as { "reports.*": { retries: 3 } }', got: show(written) }]
  return Object.entries(written).flatMap(([pattern, options]) =>
    overrideProblems(`taskOptions.${pattern}`, pattern, options),
  )
}

function overrideProblems(path: string, pattern: string, options: unknown): Problem[] {
  if (!isTaskPattern(pattern)) return [{ key: path, expected: TASK_PATTERN_FORM, got: show(pattern) }]
  if (!isPlainRecord(options)) return [{ key: path, expected: 'an object such as { retries: 3 }', got: show(options) }]
  const problems: Problem[] = []
  new OptionReader(options, '', problems).refuseUnknown(OVERRIDE_KEYS)
  readTaskOptions(new OptionReader({ ...COMPANIONS, ...options }, '', problems))
  return problems.map((problem) => ({ ...problem, key: `${path}.${problem.key}` }))
}

/** What an option may need beside it, which the task may have. */
const COMPANIONS: TaskOptions = { rateLimit: '1/s', maxConcurrency: 1 }

/** The written `taskOptions` as rules, in their order. */
export const resolveTaskOverrides = (written: Readonly<Record<string, TaskOverrides>>): ResolvedTaskOverrides[] =>
  Object.entries(written).map(([pattern, options]) => ({ pattern, options: { ...options } }))
