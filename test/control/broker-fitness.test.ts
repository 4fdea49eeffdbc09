import { describe, expect, test } from 'vitest'
import {
  judgeClock,
  judgeEviction,
  judgePersistence,
  judgeRole,
  judgeVersion,
  requireSupported,
} from '../../src/control/broker-fitness.js'
import type { BrokerInfo } from '../../src/engine/broker-info.js'

const WELL: BrokerInfo = {
  server: 'redis',
  version: '7.2.4',
  maxmemoryPolicy: 'noeviction',
  aof: true,
  snapshots: true,
  role: 'master',
  clockSkewMs: 2,
  pingMs: 0.4,
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

test('a worker refuses a server that is too old', () => {
  expect(() => requireSupported({ ...WELL, version: '5.0.7' }, 'redis://db')).toThrow(
    expect.objectContaining({ code: 'TASKQ_BROKER_UNSUPPORTED', message: expect.stringContaining('redis 5.0.7') }),
  )
  expect(() => requireSupported(WELL, 'redis://db')).not.toThrow()
})
