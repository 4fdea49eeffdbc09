import { resolve } from 'node:path'
import type { AppFlags } from './app-command.js'
import type { WorkerFlags } from './worker-flags.js'

/** The command line of a worker that gets the same flags, but for the broker's. */
export function workerArgsOf(flags: AppFlags & WorkerFlags): string[] {
  const given: [string, string | number | undefined][] = [
    ['config', flags.config === undefined ? undefined : resolve(flags.config)],
    ['prefix', flags.prefix],
    ['queue', flags.queue?.join(',')],
    ['exclude-queue', flags['exclude-queue']?.join(',')],
    ['concurrency', flags.concurrency],
    ['autoscale', flags.autoscale],
    ['pool', flags.pool],
    ['max-tasks-per-child', flags['max-tasks-per-child']],
    ['max-memory-per-child', flags['max-memory-per-child']],
    ['name', flags.name],
    ['log-level', flags['log-level']],
    ['log-format', flags['log-format']],
    ['shutdown-timeout', flags['shutdown-timeout']],
    ['health-port', flags['health-port']],
    ['health-host', flags['health-host']],
    ['metrics-port', flags['metrics-port']],
    ['metrics-host', flags['metrics-host']],
  ]
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]))
}
