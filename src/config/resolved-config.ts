import type { CodecOptions } from '../codec/codec-options.js'
import type { Telemetry } from '../context/telemetry.js'
import type { Listeners } from '../events/listeners.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { Middleware } from '../task/middleware.js'
import type { PoolKind } from '../task/options/time-options.js'
import type { BrokerTls } from './broker-options.js'
import type { SettingKey } from './defaults.js'
import type { ResolvedAlerts } from './resolve-alerts.js'
import type { ResolvedRoute } from './route.js'
import type { ResolvedTaskOverrides } from './task-overrides.js'
import type { LogFormat, LogLevel } from './taskq-config.js'

/** Where the value of a setting came from. */
export type Origin = 'default' | 'file' | `env ${string}` | `flag --${string}`

/** The configuration of a process: complete, checked, deep-frozen, durations in milliseconds. */
export interface ResolvedConfig {
  /** The project's folder. */
  readonly root: string
  /** The file it was read from, if there is one. */
  readonly file: string | undefined
  readonly broker: ResolvedBroker
  readonly prefix: string
  /** Undefined where none are set: discovery then looks where tasks usually are. */
  readonly tasks: readonly string[] | undefined
  readonly defaultQueue: string
  readonly queues: Readonly<Record<string, ResolvedQueue>>
  readonly routes: readonly ResolvedRoute[]
  /** What is laid over the options of tasks; later ones over earlier ones. */
  readonly taskOptions: readonly ResolvedTaskOverrides[]
  /** The entries of the configuration; the decorators' come later, with the task files. */
  readonly schedule: readonly ScheduleEntry[]
  /** The zone of schedule entries that name none. */
  readonly timezone: string
  readonly worker: {
    readonly concurrency: number
    readonly shutdownTimeoutMs: number
    readonly lockMs: number
    readonly stallCheckMs: number
    /** How long a task may block its thread and keep its jobs. */
    readonly longestBlockMs: number
    /** Where tasks run that do not say it. */
    readonly pool: PoolKind
    /** After so many runs, or with more memory than this, a child of a pool is replaced. Infinite where it stays. */
    readonly maxTasksPerChild: number
    readonly maxMemoryPerChild: number
    /** The environment variables that children get; undefined where they get all. */
    readonly childEnv?: readonly string[]
  }
  readonly results: { readonly ttlMs: number }
  readonly deadLetters: { readonly ttlMs: number; readonly max: number }
  readonly payload: { readonly maxBytes: number; readonly warnBytes: number }
  /** How arguments and results travel. Holds keys, which cannot be printed. */
  readonly codec: CodecOptions
  readonly middleware: readonly Middleware[]
  readonly listeners: Listeners
  /** Somebody else's object, which must not be frozen with the rest. */
  readonly telemetry: (() => Telemetry) | undefined
  readonly enqueueTimeoutMs: number
  /** How many replicas must have a job before its enqueue is answered. */
  readonly durability: { readonly replicas: number }
  /** What a worker and Beat put up with in a broker. */
  readonly preflight: { readonly allowEviction: boolean; readonly allowClockSkew: boolean }
  /** Fields that are masked wherever a job's data is shown, beside those that always are. */
  readonly redact: readonly string[]
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
  readonly alerts: ResolvedAlerts
  /** Where each value came from, by the setting's dotted name. */
  readonly origins: Readonly<Record<SettingKey, Origin>>
}

/** The embedded development broker, or a Redis. */
export type ResolvedBroker = { readonly kind: 'embedded' } | RedisBroker

/** A Redis to connect to: one server, the master that sentinels name, or a cluster. Holds the password. */
export interface RedisBroker {
  readonly kind: 'redis'
  readonly mode: 'single' | 'sentinel' | 'cluster'
  /** The server, the sentinels, or some of the cluster's nodes. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  /** Undefined for no TLS; an empty record for TLS without options of its own. */
  readonly tls: BrokerTls | undefined
  /** The sentinels' name of the master. */
  readonly master: string | undefined
  readonly sentinelPassword: string | undefined
  /** The same as one line for people, without any password. */
  readonly label: string
}

/** A queue of which something is configured. */
export interface ResolvedQueue {
  readonly concurrency: number | undefined
  /** Whether its jobs go by their priority. */
  readonly priorities: boolean
}
