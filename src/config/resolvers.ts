import { TaskqError } from '../errors/taskq-error.js'
import { checkSchedules } from '../schedule/check-entry.js'
import { parseDuration } from '../time/duration.js'
import { parseByteSize } from './byte-size.js'
import type { SettingKey } from './defaults.js'
import { resolveAlerts } from './resolve-alerts.js'
import { resolveBroker } from './resolve-broker.js'
import { resolveCodec } from './resolve-codec.js'
import { resolveHooks } from './resolve-hooks.js'
import type { ResolvedConfig, ResolvedQueue } from './resolved-config.js'
import { type Route, resolveRoute } from './route.js'
import { resolveTaskOverrides } from './task-overrides.js'
import type { Durability, TaskqConfig } from './taskq-config.js'

/** The winning value of every setting, as it was written. */
export type Settings = Readonly<Record<SettingKey, unknown>>
type Resolver = (settings: Settings) => Partial<ResolvedConfig>

/** How checked settings become a configuration: each step adds its part. `tty` says whether people read the log. */
export const resolversFor = (tty: boolean): readonly Resolver[] => [
  ({ broker }) => ({ broker: resolveBroker(broker as TaskqConfig['broker']) }),
  ({ prefix, defaultQueue }) => ({ prefix: String(prefix), defaultQueue: String(defaultQueue) }),
  ({ queues }) => ({ queues: resolveQueues(queues as NonNullable<TaskqConfig['queues']>) }),
  ({ schedule, timezone }) => ({ schedule: resolveSchedule(schedule, String(timezone)), timezone: String(timezone) }),
  ({ routes }) => ({ routes: (routes as readonly Route[]).map(resolveRoute) }),
  ({ taskOptions }) => ({ taskOptions: resolveTaskOverrides(taskOptions as NonNullable<TaskqConfig['taskOptions']>) }),
  resolveWorker,
  resolveRetention,
  resolveHooks,
  ({ enqueueTimeout }) => ({ enqueueTimeoutMs: milliseconds(enqueueTimeout) }),
  ({ durability }) => ({ durability: { replicas: replicasOf(durability as Durability) } }),
  (settings) => ({
    preflight: {
      allowEviction: settings['preflight.allowEviction'] === true,
      allowClockSkew: settings['preflight.allowClockSkew'] === true,
    },
  }),
  ({ redact }) => ({ redact: [...(redact as NonNullable<TaskqConfig['redact']>)] }),
  (settings) => ({
    payload: { maxBytes: Number(settings['payload.max']), warnBytes: Number(settings['payload.warn']) },
  }),
  (settings) => ({ codec: resolveCodec(settings) }),
  (settings) => ({ log: resolveLog(settings, tty) }),
  (settings) => ({ alerts: resolveAlerts(settings) }),
]

// Without a prototype, a job's queue named `constructor` finds nothing here.
function resolveQueues(queues: NonNullable<TaskqConfig['queues']>): ResolvedConfig['queues'] {
  const resolved: Record<string, ResolvedQueue> = Object.create(null)
  for (const [name, { concurrency, priorities = false }] of Object.entries(queues))
    resolved[name] = { concurrency, priorities }
  return resolved
}

function resolveSchedule(schedule: unknown, timezone: string): ResolvedConfig['schedule'] {
  const checked = checkSchedules(schedule, { timezone })
  if ('entries' in checked) return checked.entries
  throw new TaskqError('TASKQ_CONFIG_INVALID', 'the schedule changed while it was read')
}

function resolveWorker(settings: Settings): Partial<ResolvedConfig> {
  return {
    worker: {
      concurrency: Number(settings['worker.concurrency']),
      shutdownTimeoutMs: milliseconds(settings['worker.shutdownTimeout']),
      lockMs: milliseconds(settings['worker.lock']),
      stallCheckMs: milliseconds(settings['worker.stallCheck']),
      longestBlockMs: milliseconds(settings['worker.longestBlock']),
      pool: settings['worker.pool'] as ResolvedConfig['worker']['pool'],
      maxTasksPerChild: Number(settings['worker.maxTasksPerChild'] ?? Number.POSITIVE_INFINITY),
      maxMemoryPerChild: parseByteSize(settings['worker.maxMemoryPerChild']) ?? Number.POSITIVE_INFINITY,
      ...(settings['worker.childEnv'] !== undefined && { childEnv: settings['worker.childEnv'] as readonly string[] }),
    },
  }
}

function resolveRetention(settings: Settings): Partial<ResolvedConfig> {
  return {
    results: { ttlMs: milliseconds(settings['results.ttl']) },
    deadLetters: { ttlMs: milliseconds(settings['deadLetters.ttl']), max: Number(settings['deadLetters.max']) },
  }
}

function resolveLog(settings: Settings, tty: boolean): ResolvedConfig['log'] {
  const format = settings['log.format'] ?? (tty ? 'pretty' : 'json')
  return { level: settings['log.level'], format } as ResolvedConfig['log']
}

function replicasOf(durability: Durability): number {
  if (typeof durability === 'object') return durability.replicas
  return durability === 'replicated' ? 1 : 0
}

const milliseconds = (value: unknown): number => parseDuration(value) ?? Number.NaN
