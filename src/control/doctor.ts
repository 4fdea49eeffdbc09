import type { RedisBroker, ResolvedConfig } from '../config/resolved-config.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import type { BrokerInfo } from '../engine/connection/broker-info.js'
import { isTaskqError } from '../errors/taskq-error.js'
import {
  type Judgement,
  judgeAccess,
  judgeClock,
  judgeEviction,
  judgeMode,
  judgePersistence,
  judgeReplicas,
  judgeRole,
  judgeVersion,
} from './broker-fitness.js'

/** One thing that was looked at. */
export interface Finding extends Judgement {
  readonly id: string
  readonly title: string
}

/** What the doctor looks at; each part may throw, and that is a finding. */
export interface Patient {
  readonly nodeVersion: string
  readonly production: boolean
  loadConfig(): Promise<ResolvedConfig>
  /** Connects. `embedded` names the embedded broker's engine, where it is that. */
  askBroker(): Promise<{ info: BrokerInfo; redis: RedisBroker; embedded: 'js' | 'server' | undefined }>
  discover(): Promise<Discovery>
}

/** Looks at everything that can lose jobs or keep them from running. The order is that of the cure. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const node: Finding = { id: 'node', title: 'Node', status: 'ok', detail: patient.nodeVersion }
  const config = await attempt('config', 'configuration', () => patient.loadConfig())
  if ('failed' in config) return [node, config.failed]
  const { file } = config.value
  const read: Finding = {
    id: 'config',
    title: 'configuration',
    status: 'ok',
    detail: file ?? 'no file: defaults and environment',
  }
  return [node, read, ...(await examineBroker(patient, config.value)), await examineTasks(patient)]
}

async function examineBroker(patient: Patient, config: ResolvedConfig): Promise<Finding[]> {
  const isEmbedded = config.broker.kind === 'embedded'
  const asked = await attempt('broker', 'broker', () => patient.askBroker())
  if ('failed' in asked) return [asked.failed]
  const { info, redis, embedded } = asked.value
  const reached: Finding = {
    id: 'broker',
    title: 'broker',
    status: 'ok',
    detail: `${redis.label} answers in ${info.pingMs.toFixed(1)} ms`,
  }
  const clock: Finding = { id: 'clock', title: 'clock', ...judgeClock(info) }
  if (isEmbedded) return [reached, judgeEmbedded(patient.production, embedded), clock]
  return [
    reached,
    { id: 'version', title: 'server version', ...judgeVersion(info) },
    { id: 'role', title: 'server role', ...judgeRole(info) },
    { id: 'mode', title: 'server mode', ...judgeMode(info, redis) },
    { id: 'eviction', title: 'eviction', ...judgeEviction(info) },
    { id: 'persistence', title: 'persistence', ...judgePersistence(info) },
    ...judgedReplicas(info, config.durability.replicas),
    { id: 'access', title: 'access', ...judgeAccess(redis) },
    clock,
  ]
}

/** Only where an enqueue waits for some. */
const judgedReplicas = (info: BrokerInfo, wanted: number): Finding[] =>
  wanted === 0 ? [] : [{ id: 'replicas', title: 'replicas', ...judgeReplicas(info, wanted) }]

function judgeEmbedded(production: boolean, embedded: 'js' | 'server' | undefined): Finding {
  const finding = { id: 'embedded', title: 'embedded broker' }
  if (production) {
    const fix = 'set REDIS_URL, or broker in taskq.config.ts'
    return { ...finding, status: 'fail', detail: 'it is for development, and NODE_ENV is production', fix }
  }
  const engine = embedded === 'js' ? 'the JavaScript engine' : 'a private server'
  return { ...finding, status: 'ok', detail: `${engine}, for development; its jobs are kept in .taskq/` }
}

async function examineTasks(patient: Patient): Promise<Finding> {
  const place = { id: 'tasks', title: 'task files' }
  const found = await attempt(place.id, place.title, () => patient.discover())
  if ('failed' in found) return found.failed
  const { tasks, files, failures } = found.value
  if (failures.length > 0) {
    const detail = `${failures.length} cannot be used, of ${Math.max(files.length, failures.length)}`
    return { ...place, status: 'fail', detail, fix: 'taskq list shows each with its cause' }
  }
  if (tasks.length === 0) {
    return { ...place, status: 'warn', detail: 'no task was found', fix: 'set tasks in the configuration' }
  }
  return { ...place, status: 'ok', detail: `${tasks.length} task(s) in ${files.length} file(s)` }
}

type Attempt<T> = { readonly value: T } | { readonly failed: Finding }

async function attempt<T>(id: string, title: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    const fix = isTaskqError(error) ? error.hint : undefined
    return { failed: { id, title, status: 'fail', detail, ...(fix !== undefined && { fix }) } }
  }
}
