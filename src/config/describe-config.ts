import type { CodecKey } from '../codec/codec-options.js'
import { isPlainRecord } from '../schedule/plain-data.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { isStandardSchema } from '../task/schema.js'
import { formatDuration, parseDuration } from '../time/duration.js'
import { formatByteSize } from './byte-size.js'
import { DEFAULT_TASK_PATTERNS, DEFAULTS, type SettingKey } from './defaults.js'
import { MASK } from './mask-url.js'
import { OTHER_QUEUES, type ResolvedAlerts, type ResolvedWebhook } from './resolve-alerts.js'
import type { Origin, ResolvedConfig } from './resolved-config.js'
import type { ResolvedRoute } from './route.js'
import type { ResolvedTaskOverrides } from './task-overrides.js'

/** One line of `taskq config`. */
export interface ConfigEntry {
  /** The setting's dotted name. */
  readonly key: SettingKey
  /** Its value, in the form a user would write; JSON only, and without secrets. */
  readonly value: unknown
  readonly origin: Origin
}

/** Every setting with its value and where it came from, in the order of the documentation. */
export function describeConfig(config: ResolvedConfig): ConfigEntry[] {
  return (Object.keys(DEFAULTS) as SettingKey[]).map((key) => ({
    key,
    value: VALUES[key](config),
    origin: config.origins[key],
  }))
}

const VALUES: Readonly<Record<SettingKey, (config: ResolvedConfig) => unknown>> = {
  broker: ({ broker }) => (broker.kind === 'embedded' ? 'embedded' : broker.label),
  prefix: (config) => config.prefix,
  tasks: (config) => config.tasks ?? DEFAULT_TASK_PATTERNS,
  defaultQueue: (config) => config.defaultQueue,
  queues: (config) => ({ ...config.queues }),
  routes: (config) => config.routes.map(showRoute),
  taskOptions: ({ taskOptions }) => Object.fromEntries(taskOptions.map((entry) => [entry.pattern, showOptions(entry)])),
  schedule: (config) => Object.fromEntries(config.schedule.map((entry) => [entry.name, shortFormOf(entry)])),
  timezone: (config) => config.timezone,
  'worker.concurrency': (config) => config.worker.concurrency,
  'worker.shutdownTimeout': (config) => durationText(config.worker.shutdownTimeoutMs),
  'worker.lock': (config) => durationText(config.worker.lockMs),
  'worker.stallCheck': (config) => durationText(config.worker.stallCheckMs),
  'worker.longestBlock': (config) => durationText(config.worker.longestBlockMs),
  'worker.pool': (config) => config.worker.pool,
  'worker.maxTasksPerChild': ({ worker }) => finite(worker.maxTasksPerChild),
  'worker.maxMemoryPerChild': ({ worker }) =>
    Number.isFinite(worker.maxMemoryPerChild) ? formatByteSize(worker.maxMemoryPerChild) : null,
  'worker.childEnv': ({ worker }) => worker.childEnv ?? null,
  'results.ttl': (config) => durationText(config.results.ttlMs),
  'results.max': (config) => config.codec.maxResultBytes,
  'deadLetters.ttl': (config) => durationText(config.deadLetters.ttlMs),
  'deadLetters.max': (config) => config.deadLetters.max,
  'payload.max': (config) => config.payload.maxBytes,
  'payload.warn': (config) => config.payload.warnBytes,
  'codec.types': ({ codec }) => codec.types,
  'codec.compress': ({ codec: { compressAbove } }) => (compressAbove === undefined ? false : { above: compressAbove }),
  'codec.encrypt': ({ codec: { encryptKeys } }) => (encryptKeys.length === 0 ? null : { keys: keyNames(encryptKeys) }),
  'codec.sign': ({ codec: { signKeys, signatureRequired } }) =>
    signKeys.length === 0 ? null : { keys: keyNames(signKeys), required: signatureRequired },
  middleware: ({ middleware }) => middleware.map((one) => Object.keys(one).join(' and ')),
  on: ({ listeners }) => Object.keys(listeners),
  telemetry: ({ telemetry }) => (telemetry === undefined ? null : 'configured'),
  enqueueTimeout: (config) => durationText(config.enqueueTimeoutMs),
  durability: ({ durability: { replicas } }) => DURABILITIES[replicas] ?? { replicas },
  'preflight.allowEviction': ({ preflight }) => preflight.allowEviction,
  'preflight.allowClockSkew': ({ preflight }) => preflight.allowClockSkew,
  redact: (config) => config.redact,
  'log.level': (config) => config.log.level,
  'log.format': (config) => config.log.format,
  'alerts.webhook': ({ alerts: { webhook } }) => (webhook === undefined ? null : webhookText(webhook)),
  'alerts.every': ({ alerts }) => durationText(alerts.everyMs),
  'alerts.queueAge': ({ alerts }) => queueAgeText(alerts.queueAgeMs),
  'alerts.failureRate': ({ alerts: { failureRate } }) => ({
    percent: failureRate.percent,
    minJobs: failureRate.minJobs,
    window: durationText(failureRate.windowMs),
  }),
  'alerts.repeat': ({ alerts }) => durationText(alerts.repeatMs),
}

/** By how many replicas they ask for. */
const DURABILITIES = ['acknowledged', 'replicated'] as const

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const keyNames = (keys: readonly CodecKey[]) => keys.map(({ id }) => ({ id, key: MASK }))

// The readable form rounds: it is shown only where it says exactly the same.
function durationText(ms: number): string {
  const readable = formatDuration(ms)
  return parseDuration(readable) === ms ? readable : `${ms}ms`
}

/** Neither the path, which is the secret of most webhooks, nor a header's value. */
function webhookText({ label, headers }: ResolvedWebhook): unknown {
  const names = Object.keys(headers)
  return names.length === 0 ? label : { url: label, headers: Object.fromEntries(names.map((name) => [name, MASK])) }
}

function queueAgeText(queueAgeMs: ResolvedAlerts['queueAgeMs']): unknown {
  const ages = Object.entries(queueAgeMs).map(([queue, ms]) => [queue, durationText(ms)] as const)
  const [first] = ages
  return ages.length === 1 && first?.[0] === OTHER_QUEUES ? first[1] : Object.fromEntries(ages)
}

function showRoute(route: ResolvedRoute): unknown {
  if (!('pattern' in route)) return '[function]'
  const { pattern, ...target } = route
  return [String(pattern), target]
}

const showOptions = ({ options }: ResolvedTaskOverrides): unknown =>
  Object.fromEntries(Object.entries(options).map(([option, value]) => [option, showOption(value)]))

/** An option of a task as JSON: functions and classes by their names, a schema by its library's. */
export function showOption(value: unknown): unknown {
  if (isStandardSchema(value)) return `[${value['~standard'].vendor} schema]`
  if (typeof value === 'function') return `[${value.name || 'function'}]`
  if (Array.isArray(value)) return value.map(showOption)
  if (!isPlainRecord(value)) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, showOption(part)]))
}

/** What and when; its rules are in the file. */
function shortFormOf({ task, schedule }: ScheduleEntry): object {
  switch (schedule.kind) {
    case 'crontab':
      return { task, cron: schedule.pattern, tz: schedule.tz }
    case 'interval':
      return { task, every: durationText(schedule.everyMs) }
    case 'solar':
      return { task, solar: { event: schedule.event, latitude: schedule.latitude, longitude: schedule.longitude } }
    case 'clocked':
      return { task, at: new Date(schedule.atMs).toISOString() }
  }
}
