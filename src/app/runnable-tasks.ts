import type { ResolvedConfig } from '../config/resolved-config.js'
import { EffectiveTasks } from '../config/task-options.js'
import { traceJobs } from '../context/trace-jobs.js'
import { maskInThrown } from '../errors/job-failure.js'
import type { TaskDefinition } from '../task/definition.js'
import { aroundRuns } from '../task/middleware.js'

/** What of the config makes a task as it runs. */
export type RunnableConfig = Pick<ResolvedConfig, 'taskOptions' | 'middleware' | 'telemetry' | 'redact'>

/**
 * Tasks as they run, in a worker and in the children of its pools: with what the config says of them, and with its
 * middleware around them. From then on, what they throw is described with the config's secrets masked.
 *
 * @throws TaskqError `TASKQ_CONFIG_INVALID` where a task and `taskOptions` do not go together
 */
export function runnableTasks(config: RunnableConfig, written: readonly TaskDefinition[]): readonly TaskDefinition[] {
  maskInThrown(config.redact)
  const effective = new EffectiveTasks(config)
  const { middleware, telemetry } = config
  const layers = telemetry === undefined ? middleware : [traceJobs(telemetry()), ...middleware]
  return written.map((task) => aroundRuns(layers, effective.of(task)))
}
