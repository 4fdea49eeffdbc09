/** The patterns that find task files where `tasks` is not set: the first that matches anything is taken. */
export const DEFAULT_TASK_PATTERNS: readonly string[] = Object.freeze([
  'src/tasks/**/*.{ts,tsx,mts,cts,js,mjs,cjs}',
  'dist/tasks/**/*.{js,mjs,cjs}',
])

/**
 * Every setting and its default, in the form a user would write; `undefined` where there is none to write.
 *
 * `docs/reference/configuration.md` shows the same table; a test holds the two, and the schema, together.
 */
export const DEFAULTS = Object.freeze({
  broker: undefined,
  prefix: 'taskq',
  tasks: DEFAULT_TASK_PATTERNS,
  defaultQueue: 'default',
  queues: Object.freeze({}),
  routes: Object.freeze([]),
  taskOptions: Object.freeze({}),
  schedule: Object.freeze({}),
  timezone: 'UTC',
  'worker.concurrency': 10,
  'worker.shutdownTimeout': '25s',
  'worker.lock': '10s',
  'worker.stallCheck': '5s',
  'worker.longestBlock': '5m',
  'worker.pool': 'async',
  'worker.maxTasksPerChild': undefined,
  'worker.maxMemoryPerChild': undefined,
  'worker.childEnv': undefined,
  'results.ttl': '24h',
  'results.max': 1_048_576,
  'deadLetters.ttl': '30d',
  'deadLetters.max': 10_000,
  'payload.max': 262_144,
  'payload.warn': 32_768,
  'codec.types': false,
  'codec.compress': false,
  'codec.encrypt': undefined,
  'codec.sign': undefined,
  middleware: Object.freeze([]),
  on: Object.freeze({}),
  telemetry: undefined,
  enqueueTimeout: '5s',
  durability: 'acknowledged',
  'preflight.allowEviction': false,
  'preflight.allowClockSkew': false,
  redact: Object.freeze([]),
  'log.level': 'info',
  'log.format': undefined,
  'alerts.webhook': undefined,
  'alerts.every': '30s',
  'alerts.queueAge': '5m',
  'alerts.failureRate': Object.freeze({ percent: 5, minJobs: 20, window: '5m' }),
  'alerts.repeat': '1h',
})

/** The dotted name of a setting, such as `worker.concurrency`. */
export type SettingKey = keyof typeof DEFAULTS
