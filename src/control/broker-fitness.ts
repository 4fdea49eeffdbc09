import type { RedisBroker } from '../config/resolved-config.js'
import type { BrokerInfo } from '../engine/connection/broker-info.js'
import type { ErrorCode } from '../errors/codes.js'
import { TaskqError } from '../errors/taskq-error.js'

/** How one property of the broker is judged. */
export interface Judgement {
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** A command or a setting. */
  readonly fix?: string
}

/** The oldest server that has the commands the engine needs. */
const OLDEST = [6, 2] as const

/** Whether the server is new enough. */
export function judgeVersion({ server, version }: BrokerInfo): Judgement {
  const [major = Number.NaN, minor = 0] = version.split('.').map(Number)
  const detail = `${server === 'other' ? 'server' : server} ${version}`
  if (Number.isNaN(major)) return { status: 'warn', detail: `${detail}: its version cannot be read` }
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { status: 'ok', detail }
  return { status: 'fail', detail: `${detail} is too old`, fix: 'use Redis or Valkey 6.2 or newer' }
}

/** What is put up with. */
export interface Allowances {
  readonly allowEviction: boolean
  readonly allowClockSkew: boolean
}

/**
 * Refuses a server on which jobs would be lost or badly timed.
 *
 * @throws TaskqError `TASKQ_BROKER_UNSUPPORTED`, `TASKQ_BROKER_UNSAFE`, `TASKQ_CLOCK_SKEW`
 */
export function requireFit(info: BrokerInfo, label: string, allowed: Allowances): void {
  refuse('TASKQ_BROKER_UNSUPPORTED', label, judgeVersion(info))
  if (mayDrop(info) && !allowed.allowEviction)
    refuse(
      'TASKQ_BROKER_UNSAFE',
      label,
      judgeEviction(info),
      'preflight: { allowEviction: true } serves it all the same.',
    )
  if (!allowed.allowClockSkew)
    refuse(
      'TASKQ_CLOCK_SKEW',
      label,
      judgeClock(info),
      'preflight: { allowClockSkew: true } works with it all the same.',
    )
}

function refuse(code: ErrorCode, label: string, { status, detail, fix }: Judgement, override?: string): void {
  if (status !== 'fail') return
  const hint = [...(fix === undefined ? [] : [`${fix}.`]), ...(override === undefined ? [] : [override])].join(' ')
  throw new TaskqError(code, `the broker ${label}: ${detail}`, { hint })
}

/** Whether the server may drop jobs when its memory is full. */
export function judgeEviction({ maxmemoryPolicy }: BrokerInfo): Judgement {
  if (maxmemoryPolicy === 'noeviction') return { status: 'ok', detail: 'noeviction: jobs are never dropped' }
  if (maxmemoryPolicy === undefined)
    return { status: 'warn', detail: 'maxmemory-policy cannot be read', fix: 'make sure that it is noeviction' }
  return {
    status: 'fail',
    detail: `maxmemory-policy is ${maxmemoryPolicy}: when memory is full, the server drops jobs`,
    fix: 'redis-cli CONFIG SET maxmemory-policy noeviction (and the same in redis.conf)',
  }
}

/** Whether the server drops keys for sure when its memory is full, by a limit and a policy that it told of. */
const mayDrop = ({ maxmemoryPolicy = 'noeviction', maxmemory }: BrokerInfo): boolean =>
  maxmemoryPolicy !== 'noeviction' && maxmemory !== 0

/** Whether jobs survive a crash of the server. */
export function judgePersistence({ aof, snapshots }: BrokerInfo): Judgement {
  if (aof) return { status: 'ok', detail: 'append-only file: a crash loses a second at most' }
  const fix = 'redis-cli CONFIG SET appendonly yes (and the same in redis.conf)'
  if (aof === undefined)
    return { status: 'warn', detail: 'cannot be read (INFO is forbidden)', fix: 'make sure that appendonly is yes' }
  if (snapshots === undefined)
    return { status: 'warn', detail: 'no append-only file, and the rest cannot be read (CONFIG is forbidden)', fix }
  if (!snapshots) return { status: 'fail', detail: 'nothing is written to disk: a restart loses every job', fix }
  return { status: 'fail', detail: 'snapshots only: a crash loses the minutes since the last one', fix }
}

/** Whether jobs can be written there at all. */
export function judgeRole({ role }: BrokerInfo): Judgement {
  if (role !== 'slave' && role !== 'replica') return { status: 'ok', detail: role }
  return { status: 'fail', detail: 'this is a replica: it takes no jobs', fix: 'point broker to the master' }
}

/** Whether the server is what the configuration takes it for. */
export function judgeMode({ clustered }: BrokerInfo, { mode }: RedisBroker): Judgement {
  if (clustered === (mode === 'cluster')) return { status: 'ok', detail: mode }
  if (!clustered) return { status: 'warn', detail: 'the configuration names a Cluster, and this says that it is none' }
  const fix = 'set broker: { cluster: [{ host, port }] } in the configuration'
  return { status: 'fail', detail: 'it is a node of a Cluster, and used as a single server', fix }
}

/** Whether as many replicas follow as an enqueue waits for. */
export function judgeReplicas({ replicas }: BrokerInfo, wanted: number): Judgement {
  if (replicas === undefined) return { status: 'warn', detail: 'how many replicas there are cannot be read' }
  const detail = `${replicas} of ${wanted} that durability asks for`
  if (replicas >= wanted) return { status: 'ok', detail }
  return { status: 'fail', detail: `${detail}: enqueues will fail`, fix: 'start replicas, or lower durability' }
}

/** Whether strangers can read jobs on their way, or make some. On this machine there are none. */
export function judgeAccess({ nodes, tls, password }: RedisBroker): Judgement {
  if (nodes.every(({ host }) => LOOPBACK.test(host))) return { status: 'ok', detail: 'on this machine' }
  if (password === undefined) {
    const detail = 'no password: whoever reaches it can run any task with any arguments'
    return { status: 'warn', detail, fix: 'give it users (ACL): docs/guides/security.md has them for each role' }
  }
  if (tls === undefined)
    return { status: 'warn', detail: 'plain text: the network can read passwords and jobs', fix: 'use rediss://' }
  return { status: 'ok', detail: 'TLS, with a password' }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/

/** Whether the broker's clock and this machine's agree. Jobs are timed by the broker's, logs and users' code by this one. */
export function judgeClock({ clockSkewMs }: BrokerInfo): Judgement {
  const seconds = Math.abs(clockSkewMs) / 1000
  if (seconds <= 1) return { status: 'ok', detail: `within ${Math.round(seconds * 1000)} ms of this machine's` }
  const detail = `the broker's clock is ${seconds.toFixed(1)} s ${clockSkewMs > 0 ? 'ahead' : 'behind'}`
  return { status: seconds > 30 ? 'fail' : 'warn', detail, fix: 'let NTP set the clocks of both machines' }
}
