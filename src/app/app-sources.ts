import type { FlagValues } from '../config/overrides.js'
import type { ChildSource } from '../worker/pools/pool-options.js'

/** Where an app's configuration comes from. */
export interface AppSources {
  /** The folder from which the project is looked for. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** This configuration file and no other. */
  readonly configPath?: string
  readonly flags?: Partial<FlagValues>
  /** Called with what the user should know; by default it becomes a process warning. */
  readonly warn?: (message: string) => void
}

/** What a child needs to load the same app: its environment is this process's own. */
export const childSourceOf = ({ env: _env, warn: _warn, ...sources }: AppSources): ChildSource => ({
  entry: new URL('./pool-child.js', import.meta.url),
  sources,
})

/** The module of the thread that keeps a worker's jobs while a task blocks it. */
export const LOCK_THREAD = new URL('../engine/locks/keep-locks.js', import.meta.url)

export const warnOf = ({ warn }: AppSources) =>
  warn ?? ((message: string) => process.emitWarning(message, 'TaskqWarning'))
