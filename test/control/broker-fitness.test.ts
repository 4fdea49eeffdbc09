import { describe, expect, test } from 'vitest'
import type { RedisBroker } from '../../src/config/resolved-config.js'
import {
  type Allowances,
  judgeAccess,
  judgeClock,
  judgeEviction,
  judgeMode,
  judgePersistence,
  judgeReplicas,
  judgeRole,
  judgeVersion,
  requireFit,
} from '../../src/control/broker-fitness.js'
import type { BrokerInfo } from '../../src/engine/connection/broker-info.js'

const WELL: BrokerInfo = {
  server: 'redis',
  version: '7.2.4',
  maxmemoryPolicy: 'noeviction',
  maxmemory: 0,
  aof: true,
  snapshots: true,
  role: 'master',
  replicas: 0,
  uptimeSeconds: 60,
  clustered: false,
  clockSkewMs: 2,
  pingMs: 0.4,
}

const REMOTE: RedisBroker = {
  kind: 'redis',
  mode: 'single',
  nodes: [{ host: '10.0.0.7', port: 6379 }],
  username: undefined,
  password: undefined,
  db: 0,
  tls: undefined,
  master: undefined,
  sentinelPassword: undefined,
  label: 'redis://10.0.0.7:6379',
}

describe('a broker is judged', () => {
  test.each([
    ['7.2.4', 'ok'],
    ['6.2.0', 'ok'],
    ['6.0.16', 'fail'],
    ['5.0.7', 'fail'],
    ['10.0.0', 'ok'],
    ['unknown', 'warn'],
  ])('version %s: %s', (version, status) => expect(judgeVersion({ ...WELL, version }).status).toBe(status))

  test.each([
    ['noeviction', 'ok'],
    ['allkeys-lru', 'fail'],
    ['volatile-ttl', 'fail'],
    [undefined, 'warn'],
  ])('maxmemory-policy %s: %s', (maxmemoryPolicy, status) =>
    expect(judgeEviction({ ...WELL, maxmemoryPolicy }).status).toBe(status),
  )

  test.each([
    [{ aof: true, snapshots: false }, 'ok'],
    [{ aof: false, snapshots: true }, 'fail'],
    [{ aof: false, snapshots: false }, 'fail'],
    [{ aof: false, snapshots: undefined }, 'warn'],
    [{ aof: undefined, snapshots: undefined }, 'warn'],
  ])('persistence %j: %s', (persistence, status) =>
    expect(judgePersistence({ ...WELL, ...persistence }).status).toBe(status),
  )

  test.each([
    [900, 'ok'],
    [-1500, 'warn'],
    [31_000, 'fail'],
    [-31_000, 'fail'],
  ])('a clock %d ms away: %s', (clockSkewMs, status) =>
    expect(judgeClock({ ...WELL, clockSkewMs }).status).toBe(status),
  )

  test('a replica takes no jobs', () => {
    expect(judgeRole({ ...WELL, role: 'slave' }).status).toBe('fail')
    expect(judgeRole(WELL).status).toBe('ok')
  })
})

describe('a worker refuses', () => {
  const refusal = (code: string, text: string) =>
    expect.objectContaining({ code, message: expect.stringContaining(text) })
  const start = (over: Partial<BrokerInfo>, allowed: Partial<Allowances> = {}) =>
    requireFit({ ...WELL, ...over }, 'redis://db', { allowEviction: false, allowClockSkew: false, ...allowed })

  test('a server that is too old', () => {
    expect(() => start({ version: '5.0.7' })).toThrow(refusal('TASKQ_BROKER_UNSUPPORTED', 'redis 5.0.7'))
    expect(() => start({})).not.toThrow()
  })

  test('a server that may drop jobs, unless that is allowed', () => {
    const lossy = { maxmemoryPolicy: 'allkeys-lru', maxmemory: 1_000_000 }
    expect(() => start(lossy)).toThrow(refusal('TASKQ_BROKER_UNSAFE', 'maxmemory-policy is allkeys-lru'))
    expect(() => start(lossy, { allowEviction: true })).not.toThrow()
    expect(() => start({ ...lossy, maxmemory: 0 }), 'it has no limit at which it would').not.toThrow()
  })

  test('a clock that is far off, unless that is allowed', () => {
    expect(() => start({ clockSkewMs: -31_000 })).toThrow(refusal('TASKQ_CLOCK_SKEW', '31.0 s behind'))
    expect(() => start({ clockSkewMs: -31_000 }, { allowClockSkew: true })).not.toThrow()
    expect(() => start({ clockSkewMs: 29_000 })).not.toThrow()
  })

  test('nothing that it may not ask for', () => {
    const silent = { version: 'unknown', maxmemoryPolicy: undefined, maxmemory: undefined, aof: undefined }
    expect(() => start(silent)).not.toThrow()
  })
})

describe('the place of a broker is judged', () => {
  const at = (over: Partial<RedisBroker>) => ({ ...REMOTE, ...over })

  test('strangers could read jobs, or make some', () => {
    expect(judgeAccess(at({ nodes: [{ host: '127.0.0.1', port: 6379 }] })).status).toBe('ok')
    expect(judgeAccess(REMOTE)).toMatchObject({ status: 'warn', detail: expect.stringContaining('no password') })
    expect(judgeAccess(at({ password: 'secret' }))).toMatchObject({ status: 'warn', fix: 'use rediss://' })
    expect(judgeAccess(at({ password: 'secret', tls: {} })).status).toBe('ok')
  })

  test('a node of a Cluster is no single server', () => {
    expect(judgeMode({ ...WELL, clustered: true }, REMOTE).status).toBe('fail')
    expect(judgeMode({ ...WELL, clustered: true }, at({ mode: 'cluster' })).status).toBe('ok')
    expect(judgeMode(WELL, REMOTE).status).toBe('ok')
  })

  test('fewer replicas than enqueues wait for make each of them fail', () => {
    expect(judgeReplicas({ ...WELL, replicas: 1 }, 2).status).toBe('fail')
    expect(judgeReplicas({ ...WELL, replicas: 2 }, 2).status).toBe('ok')
    expect(judgeReplicas({ ...WELL, replicas: undefined }, 1).status).toBe('warn')
  })
})
