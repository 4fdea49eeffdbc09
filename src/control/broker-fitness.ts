import type { BrokerInfo } from '../engine/broker-info.js'
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

/** Refuses a server that is too old. @throws TaskqError `TASKQ_BROKER_UNSUPPORTED` */
export function requireSupported(info: BrokerInfo, label: string): void {
  const { status, detail, fix } = judgeVersion(info)
  if (status !== 'fail') return
  throw new TaskqError('TASKQ_BROKER_UNSUPPORTED', `the broker ${label}: ${detail}`, fix ? { hint: `${fix}.` } : {})
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

/** Whether jobs survive a crash of the server. */
export function judgePersistence({ aof, snapshots }: BrokerInfo): Judgement {
  if (aof) return { status: 'ok', detail: 'append-only file: a crash loses a second at most' }
  const fix = 'redis-cli CONFIG SET appendonly yes (and the same in redis.conf)'
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

/** Whether the broker's clock and this machine's agree: countdowns and schedules are kept by both. */
export function judgeClock({ clockSkewMs }: BrokerInfo): Judgement {
  const seconds = Math.abs(clockSkewMs) / 1000
  if (seconds <= 1) return { status: 'ok', detail: `within ${Math.round(seconds * 1000)} ms of this machine's` }
  const detail = `the broker's clock is ${seconds.toFixed(1)} s ${clockSkewMs > 0 ? 'ahead' : 'behind'}`
  return { status: seconds > 30 ? 'fail' : 'warn', detail, fix: 'let NTP set the clocks of both machines' }
}
