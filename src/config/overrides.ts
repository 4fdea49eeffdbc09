import type { SettingKey } from './defaults.js'
import type { Origin } from './resolved-config.js'

/** The flags of the command line that set something in the configuration. */
export interface FlagValues {
  readonly broker: string
  readonly prefix: string
  readonly concurrency: number
  readonly logLevel: string
  readonly logFormat: string
  readonly shutdownTimeout: string | number
  readonly pool: string
  readonly maxTasksPerChild: number
  readonly maxMemoryPerChild: string
}

/** A setting that was given outside the file. */
export interface Override {
  readonly key: SettingKey
  readonly value: unknown
  readonly origin: Origin
}

/** Which environment variable sets what; of two for one setting, the later wins. */
export const ENVIRONMENT: readonly (readonly [name: string, key: SettingKey])[] = [
  ['REDIS_URL', 'broker'],
  ['TASKQ_BROKER', 'broker'],
  ['TASKQ_PREFIX', 'prefix'],
  ['TASKQ_DEFAULT_QUEUE', 'defaultQueue'],
  ['TASKQ_CONCURRENCY', 'worker.concurrency'],
  ['TASKQ_SHUTDOWN_TIMEOUT', 'worker.shutdownTimeout'],
  ['TASKQ_RESULT_TTL', 'results.ttl'],
  ['TASKQ_LOG_LEVEL', 'log.level'],
  ['TASKQ_LOG_FORMAT', 'log.format'],
]

/** Which flag sets what. */
export const FLAGS: readonly (readonly [flag: keyof FlagValues, name: string, key: SettingKey])[] = [
  ['broker', 'broker', 'broker'],
  ['prefix', 'prefix', 'prefix'],
  ['concurrency', 'concurrency', 'worker.concurrency'],
  ['shutdownTimeout', 'shutdown-timeout', 'worker.shutdownTimeout'],
  ['pool', 'pool', 'worker.pool'],
  ['maxTasksPerChild', 'max-tasks-per-child', 'worker.maxTasksPerChild'],
  ['maxMemoryPerChild', 'max-memory-per-child', 'worker.maxMemoryPerChild'],
  ['logLevel', 'log-level', 'log.level'],
  ['logFormat', 'log-format', 'log.format'],
]

/** Settings where digits alone mean a number: `TASKQ_CONCURRENCY=20`, `TASKQ_RESULT_TTL=60000`. */
const NUMERIC: readonly SettingKey[] = ['worker.concurrency', 'worker.shutdownTimeout', 'results.ttl']

/** Reads the overrides; a flag wins over a variable. An empty variable counts as not set. */
export function readOverrides(
  env: Readonly<Record<string, string | undefined>>,
  flags: { readonly [K in keyof FlagValues]?: FlagValues[K] | undefined },
): ReadonlyMap<SettingKey, Override> {
  const found = new Map<SettingKey, Override>()
  const put = (key: SettingKey, value: unknown, origin: Origin) =>
    found.set(key, { key, value: NUMERIC.includes(key) ? numberIn(value) : value, origin })
  for (const [name, key] of ENVIRONMENT) {
    if (env[name] !== undefined && env[name] !== '') put(key, env[name], `env ${name}`)
  }
  for (const [flag, name, key] of FLAGS) {
    if (flags[flag] !== undefined) put(key, flags[flag], `flag --${name}`)
  }
  return found
}

const numberIn = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
