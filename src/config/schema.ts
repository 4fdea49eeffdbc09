import { z } from 'zod'
import { POOL_KINDS } from '../task/options/time-options.js'
import { ALERTS } from './alert-schema.js'
import { isBrokerUrl } from './broker-url.js'
import { MEBIBYTE } from './byte-size.js'
import { CODEC } from './codec-schema.js'
import { DURABILITY_FORM, isDurability } from './durability.js'
import {
  byteSize,
  count,
  duration,
  LONGEST_TTL_MS,
  LONGEST_WAIT_MS,
  leaf,
  list,
  oneOf,
  prefix,
  queueName,
  text,
  zone,
} from './schema-leaves.js'
import type { Durability } from './taskq-config.js'

/** The words that `log.level` and `log.format` may be. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export const LOG_FORMATS = ['pretty', 'json'] as const

const PORT = count(1, 65_535)
const HOST = z.strictObject({ host: text('a host name'), port: PORT.optional() })
const HOSTS = 'a list such as [{ host: "10.0.0.1" }]'

const TLS = z.strictObject({
  ca: text('PEM text').optional(),
  cert: text('PEM text').optional(),
  key: text('PEM text').optional(),
  servername: text('a host name').optional(),
})

const BROKER = z.strictObject({
  url: leaf<string>(isBrokerUrl, 'redis://[user[:password]@]host[:port][/db] or rediss://… without ?query').optional(),
  username: text('a user name').optional(),
  password: text('a password').optional(),
  // A boolean stands for no options of its own; only an object has keys to look at.
  tls: z.preprocess((value) => (typeof value === 'boolean' ? {} : value), TLS).optional(),
  sentinels: list(HOST, HOSTS).optional(),
  name: text("the sentinels' name of the master").optional(),
  sentinelPassword: text('a password').optional(),
  cluster: list(HOST, HOSTS).optional(),
  db: count(0, 1023).optional(),
})

const WORKER = z.strictObject({
  concurrency: count(1, 10_000).optional(),
  shutdownTimeout: duration(0, LONGEST_WAIT_MS).optional(),
  lock: duration(1000, LONGEST_WAIT_MS).optional(),
  stallCheck: duration(100, LONGEST_WAIT_MS).optional(),
  longestBlock: duration(0, LONGEST_WAIT_MS).optional(),
  pool: oneOf(POOL_KINDS).optional(),
  maxTasksPerChild: count(1, 1_000_000_000).optional(),
  maxMemoryPerChild: byteSize(16 * MEBIBYTE, 1024 * 1024 * MEBIBYTE).optional(),
  childEnv: z
    .array(text("a variable's name"), { error: 'a list of names such as ["DATABASE_URL", "S3_*"]' })
    .optional(),
})

const QUEUE = z.strictObject({
  concurrency: count(1, 10_000).optional(),
  priorities: leaf<boolean>((value) => typeof value === 'boolean', 'true or false').optional(),
})

const PREFLIGHT = z.strictObject({
  allowEviction: leaf<boolean>((value) => typeof value === 'boolean', 'true or false').optional(),
  allowClockSkew: leaf<boolean>((value) => typeof value === 'boolean', 'true or false').optional(),
})

/** What a configuration may look like. Each leaf's error is the text of what was expected. */
export const CONFIG_SCHEMA = z.strictObject({
  broker: z.preprocess((value) => (typeof value === 'string' ? { url: value } : value), BROKER).optional(),
  prefix: prefix.optional(),
  tasks: list(text('a glob such as "src/tasks/**/*.ts"'), 'a list of globs such as ["src/tasks/**/*.ts"]').optional(),
  defaultQueue: queueName.optional(),
  queues: z.record(z.string(), QUEUE).optional(),
  // What is in them is checked by route-problems.ts and task-overrides.ts: they may hold functions.
  routes: z.unknown().optional(),
  taskOptions: z.unknown().optional(),
  // What is in it is checked by schedule/, which checks entries from elsewhere, too.
  schedule: z.unknown().optional(),
  timezone: zone.optional(),
  worker: WORKER.optional(),
  results: z
    .strictObject({ ttl: duration(1000, LONGEST_TTL_MS).optional(), max: count(1, 536_870_912).optional() })
    .optional(),
  deadLetters: z
    .strictObject({ ttl: duration(1000, LONGEST_TTL_MS).optional(), max: count(1, 10_000_000).optional() })
    .optional(),
  payload: z.strictObject({ max: count(1, 536_870_912).optional(), warn: count(1, 536_870_912).optional() }).optional(),
  codec: CODEC.optional(),
  // What is in them is checked by hook-problems.ts: they hold functions.
  middleware: z.unknown().optional(),
  on: z.unknown().optional(),
  telemetry: z.unknown().optional(),
  enqueueTimeout: duration(1, LONGEST_WAIT_MS).optional(),
  preflight: PREFLIGHT.optional(),
  durability: leaf<Durability>(isDurability, DURABILITY_FORM).optional(),
  redact: z.array(text("a field's name"), { error: 'a list of names such as ["iban"]' }).optional(),
  log: z.strictObject({ level: oneOf(LOG_LEVELS).optional(), format: oneOf(LOG_FORMATS).optional() }).optional(),
  alerts: ALERTS.optional(),
})
