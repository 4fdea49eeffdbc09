import type { Logger } from 'pino'
import type { App } from '../app/app.js'
import type { RedisBroker, ResolvedConfig } from '../config/resolved-config.js'
import {
  type Judgement,
  judgeAccess,
  judgeClock,
  judgeEviction,
  judgeMode,
  judgePersistence,
  judgeReplicas,
  judgeRole,
  requireFit,
} from '../control/broker-fitness.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import type { BrokerInfo } from '../engine/connection/broker-info.js'
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
 * Looks at the broker and greets: a record in a log of JSON, else a banner. Then a warning for each thing that is known
 * to be wrong with the broker and can be put up with.
 *
 * @throws TaskqError `TASKQ_BROKER_UNSUPPORTED`, `TASKQ_BROKER_UNSAFE`, `TASKQ_CLOCK_SKEW`
 */
export async function greet<Facts extends { readonly name: string }>(
  app: App,
  log: Logger,
  known: Facts,
  present: (facts: Facts & { broker: string }) => string,
  brokerInfo: () => Promise<BrokerInfo>,
): Promise<void> {
  const { redis } = await app.broker()
  const isEmbedded = app.config.broker.kind === 'embedded'
  // A broker that says nothing of itself can still hold jobs.
  const info = await brokerInfo().catch(() => undefined)
  if (info !== undefined && !isEmbedded) requireFit(info, redis.label, app.config.preflight)
  const facts = { ...known, broker: redis.label }
  const record: object = { ...facts, pid: process.pid }
  if (app.config.log.format === 'json') log.info(record, `${facts.name} starts`)
  else await write(`${present(facts)}\n`)
  if (info !== undefined && !isEmbedded) warnOf(info, redis, app.config.durability, log)
}

function warnOf(info: BrokerInfo, broker: RedisBroker, { replicas }: ResolvedConfig['durability'], log: Logger): void {
  const judgements = [
    ...judgePlace(info, broker),
    ...(replicas === 0 || info.replicas === undefined ? [] : [judgeReplicas(info, replicas)]),
    ...(info.maxmemoryPolicy === undefined ? [] : [judgeEviction(info)]),
    judgeClock(info),
    // On a developer's machine the answer would be the same each day.
    ...(process.env.NODE_ENV === 'production' ? judgeForProduction(info, broker) : []),
  ].filter(({ status }) => status !== 'ok')
  for (const { detail, fix } of judgements) log.warn(`broker: ${detail}${fix === undefined ? '' : ` → ${fix}`}`)
}

// What cannot be read is no reason to warn at each start: its user has no rights but those it needs.

/** A replica may become the master, as behind an address that moves: it is told, and waited for. */
const judgePlace = (info: BrokerInfo, broker: RedisBroker): Judgement[] =>
  info.role === 'unknown' ? [] : [judgeRole(info), judgeMode(info, broker)]

const judgeForProduction = (info: BrokerInfo, broker: RedisBroker): Judgement[] => [
  judgeAccess(broker),
  ...(info.aof === false && info.snapshots !== undefined ? [judgePersistence(info)] : []),
]

/** Waits until it is written: a reader who has gone is noticed before the first job is taken. */
const write = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()))

/** How a process ends that a signal stopped before it worked: as one that SIGTERM ended. */
export const STOPPED_EARLY = 143
