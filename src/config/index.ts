import type { Problem } from '../errors/problems.js'
import type { TaskqConfig } from './taskq-config.js'

export type { AlertOptions, FailureRateOptions, WebhookOptions } from './alert-options.js'
export type { BrokerHost, BrokerOptions, BrokerTls } from './broker-options.js'
export type { CodecConfig, CodecKeyConfig } from './codec-config.js'
export type { Route, RoutedCall, RouteFunction, RouteTarget } from './route.js'
export type { TaskOverrides } from './task-overrides.js'
export type { Durability, LogFormat, LogLevel, QueueOptions, TaskqConfig, WorkerOptions } from './taskq-config.js'
export type { Problem }

/**
 * Gives the configuration its type. It checks nothing: taskq does, when it reads the file.
 *
 * @example
 * // taskq.config.ts
 * export default defineConfig({ broker: process.env.REDIS_URL, queues: { emails: { concurrency: 20 } } })
 */
export const defineConfig = (config: TaskqConfig): TaskqConfig => config

/**
 * Says everything that is wrong with a configuration; nothing when it is right. For tests of your own.
 *
 * @example
 * expect(await validateConfig(config)).toEqual([])
 */
export async function validateConfig(config: unknown): Promise<readonly Problem[]> {
  const { findProblems } = await import('./find-problems.js')
  return findProblems(config)
}
