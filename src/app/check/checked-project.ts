import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { DeclaredSchedules } from '../../schedule/declared-schedules.js'
import type { TaskDefinition } from '../../task/definition.js'

/** What a check looks at: a project as it is without a broker. */
export interface CheckedProject {
  readonly config: ResolvedConfig
  /** All tasks that were found, also those that do not go together with the config. */
  readonly names: readonly string[]
  /** With what the config says of them. */
  readonly tasks: readonly TaskDefinition[]
  readonly schedules: DeclaredSchedules
}
