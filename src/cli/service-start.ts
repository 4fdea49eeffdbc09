import type { Logger } from 'pino'
import type { App } from '../app/app.js'
import { judgeEviction, requireSupported } from '../control/broker-fitness.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import type { BrokerInfo } from '../engine/broker-info.js'
import { TaskqError } from '../errors/taskq-error.js'
import { presentFailures } from './presenters/list.js'

/**
 * Imports the task files for a process that runs on.
 *
 * @throws TaskqError `TASKQ_DISCOVERY_FAILED` where one cannot be imported: its tasks and schedule entries would be
 *   missed unseen
 */
export async function discoverAll(app: App, service: 'worker' | 'beat'): Promise<Discovery> {
  const discovery = await app.discover()
  if (discovery.failures.length === 0) return discovery
  throw new TaskqError(
    'TASKQ_DISCOVERY_FAILED',
    `task files cannot be used, so the ${service} does not start:\n${presentFailures(discovery.failures, app.config.root)}`,
    { hint: 'Correct them, or leave them out by tasks in the config; jobs of their tasks would wait unseen.' },
  )
}

/**
 * Greets: a record in a log of JSON, else a banner. Then a warning where the broker may throw jobs away.
 *
 * @throws TaskqError `TASKQ_BROKER_UNSUPPORTED`
 */
export async function greet<Facts extends { readonly name: string }>(
  app: App,
  log: Logger,
  known: Facts,
  present: (facts: Facts & { broker: string }) => string,
  brokerInfo: () => Promise<BrokerInfo>,
): Promise<void> {
  const { redis } = await app.broker()
  // A user who may not ask for it (INFO) can still run jobs.
  const info = await brokerInfo().catch(() => undefined)
  if (info !== undefined) requireSupported(info, redis.label)
  const facts = { ...known, broker: redis.label }
  const record: object = { ...facts, pid: process.pid }
  if (app.config.log.format === 'json') log.info(record, `${facts.name} starts`)
  else await write(`${present(facts)}\n`)
  if (info === undefined || app.config.broker.kind === 'embedded') return
  const { status, detail } = judgeEviction(info)
  if (status !== 'ok') log.warn(`broker: ${detail}`)
}

/** Waits until it is written: a reader who has gone is noticed before the first job is taken. */
const write = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()))

/** How a process ends that a signal stopped before it worked: as one that SIGTERM ended. */
export const STOPPED_EARLY = 143
