import { integer, string } from '@oclif/core/flags'
import type { FlagValues } from '../config/overrides.js'
import { nearest } from '../errors/nearest.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { POOL_ALIASES, POOL_KINDS } from '../task/options/time-options.js'
import { type LogFlags, logFlags, logSettingsOf } from './log-flags.js'

/** The flags that `worker` and `dev` share. Letters are Celery's. */
export const workerFlags = {
  queue: string({
    char: 'Q',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: "serve these queues only; again, or a comma list, for more. Default: all of the project's",
  }),
  'exclude-queue': string({
    char: 'X',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'serve all queues but these',
  }),
  concurrency: integer({ char: 'c', description: 'jobs at once, over all queues. Default: 10' }),
  autoscale: string({
    description: 'MAX,MIN: run so many jobs at once as there is work for, between these; instead of --concurrency',
    exclusive: ['concurrency'],
  }),
  pool: string({
    char: 'P',
    description:
      "where tasks run that do not say it: async, process or thread. Celery's names stand for these: prefork, processes, threads, gevent, eventlet; and solo for async with one job at once. Default: async",
  }),
  'max-tasks-per-child': integer({ min: 1, description: 'replace a child of a pool after so many runs' }),
  'max-memory-per-child': string({
    description: 'replace a child of a pool that holds more memory after a run: 200mb',
  }),
  name: string({ char: 'n', description: 'the name before @host. Default: worker' }),
  ...logFlags,
  'shutdown-timeout': string({ description: 'how long running jobs may go on after SIGTERM. Default: 25s' }),
  'health-port': integer({ min: 0, max: 65_535, description: 'serve /live and /ready by HTTP on this port' }),
  'health-host': string({
    dependsOn: ['health-port'],
    description: 'serve them on this address. Default: 127.0.0.1, this machine alone',
  }),
  'metrics-port': integer({ min: 0, max: 65_535, description: 'serve metrics and health by HTTP on this port' }),
  'metrics-host': string({
    dependsOn: ['metrics-port'],
    description: 'serve them on this address. Default: 127.0.0.1, this machine alone',
  }),
} as const

/** Those flags, as they were given. */
export interface WorkerFlags extends LogFlags {
  readonly queue?: string[] | undefined
  readonly 'exclude-queue'?: string[] | undefined
  readonly concurrency?: number | undefined
  readonly autoscale?: string | undefined
  readonly pool?: string | undefined
  readonly 'max-tasks-per-child'?: number | undefined
  readonly 'max-memory-per-child'?: string | undefined
  readonly name?: string | undefined
  readonly 'shutdown-timeout'?: string | undefined
  readonly 'health-port'?: number | undefined
  readonly 'health-host'?: string | undefined
  readonly 'metrics-port'?: number | undefined
  readonly 'metrics-host'?: string | undefined
}

/** The settings that they override. */
export function settingsOf(flags: WorkerFlags): Partial<FlagValues> {
  const { concurrency, 'shutdown-timeout': shutdownTimeout, pool } = flags
  const { 'max-tasks-per-child': maxTasksPerChild, 'max-memory-per-child': maxMemoryPerChild } = flags
  return {
    ...logSettingsOf(flags),
    ...(concurrency !== undefined && { concurrency }),
    ...(shutdownTimeout !== undefined && { shutdownTimeout }),
    ...(pool !== undefined && readPool(pool, flags)),
    ...(maxTasksPerChild !== undefined && { maxTasksPerChild }),
    ...(maxMemoryPerChild !== undefined && { maxMemoryPerChild }),
  }
}

/** Where something about a worker is served. */
export interface TellingPlace {
  /** 0 for a free one, which the log tells. */
  readonly port: number
  /** Default `127.0.0.1`. */
  readonly host?: string
}

const POOLS: readonly string[] = [...POOL_KINDS, ...POOL_ALIASES.keys()]

/** Reads `--pool`; one job at once is no other number beside it. @throws TaskqError `TASKQ_USAGE` */
function readPool(pool: string, { concurrency = 1, autoscale }: WorkerFlags): Partial<FlagValues> {
  if (!POOLS.includes(pool)) {
    const meant = nearest(pool, POOLS)
    const problem = { key: '--pool', expected: `one of ${POOLS.join(', ')}`, got: show(pool) }
    throw new TaskqError('TASKQ_USAGE', formatProblem({ ...problem, ...(meant !== undefined && { nearest: meant }) }))
  }
  if (pool === 'solo' && (concurrency !== 1 || autoscale !== undefined)) {
    const [flag, got] = autoscale === undefined ? ['--concurrency', concurrency] : ['--autoscale', autoscale]
    const expected = `no ${flag} beside --pool=solo, which is one job at once`
    throw new TaskqError('TASKQ_USAGE', formatProblem({ key: flag, expected, got: show(got) }))
  }
  if (pool === 'solo') return { pool: 'async', concurrency: 1 }
  return { pool: POOL_ALIASES.get(pool) ?? pool }
}

/**
 * Reads `--autoscale`, in Celery's order: the most, then the least.
 *
 * @throws TaskqError `TASKQ_USAGE`
 */
export function readAutoscale(text: string): { readonly min: number; readonly max: number } {
  const [, most = '', least = ''] = /^(\d{1,4}),(\d{1,4})$/.exec(text) ?? []
  const [max, min] = [Number(most), Number(least)]
  if (min >= 1 && min <= max) return { min, max }
  const problem = {
    key: '--autoscale',
    expected: 'MAX,MIN: the most and the least jobs at once, 1 or more each',
    got: show(text),
  }
  const isTurned = max >= 1 && max < min
  throw new TaskqError('TASKQ_USAGE', formatProblem({ ...problem, ...(isTurned && { nearest: `${min},${max}` }) }))
}

/** Where metrics, or health, are to be served; undefined for nowhere. */
export function placeOf(flags: WorkerFlags, what: 'metrics' | 'health'): TellingPlace | undefined {
  const [port, host] = [flags[`${what}-port`], flags[`${what}-host`]]
  if (port === undefined) return undefined
  return host === undefined ? { port } : { port, host }
}
