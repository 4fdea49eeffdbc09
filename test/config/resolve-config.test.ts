import { describe, expect, test } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { type ConfigSources, resolveConfig } from '../../src/config/resolve-config.js'
import type { RedisBroker } from '../../src/config/resolved-config.js'
import type { TaskqError } from '../../src/errors/taskq-error.js'

const root = '/app'
const file = (value: unknown) => ({ path: '/app/taskq.config.ts', value })

function failure(sources: ConfigSources): TaskqError {
  try {
    resolveConfig(sources)
  } catch (error) {
    return error as TaskqError
  }
  throw new Error('nothing was refused')
}

function redis(broker: unknown): RedisBroker {
  const resolved = resolveConfig({ root, file: file({ broker }) }).broker
  if (resolved.kind !== 'redis') throw new Error('expected a Redis')
  return resolved
}

test('the defaults', () => {
  expect(resolveConfig({ root, tty: false })).toEqual({
    root,
    file: undefined,
    broker: { kind: 'embedded' },
    prefix: 'taskq',
    tasks: undefined,
    defaultQueue: 'default',
    queues: {},
    routes: [],
    taskOptions: [],
    schedule: [],
    timezone: 'UTC',
    worker: {
      concurrency: 10,
      shutdownTimeoutMs: 25_000,
      lockMs: 10_000,
      stallCheckMs: 5000,
      longestBlockMs: 300_000,
      pool: 'async',
      maxTasksPerChild: Number.POSITIVE_INFINITY,
      maxMemoryPerChild: Number.POSITIVE_INFINITY,
    },
    results: { ttlMs: 86_400_000 },
    deadLetters: { ttlMs: 2_592_000_000, max: 10_000 },
    payload: { maxBytes: 262_144, warnBytes: 32_768 },
    codec: {
      types: false,
      compressAbove: undefined,
      encryptKeys: [],
      signKeys: [],
      signatureRequired: true,
      maxResultBytes: 1_048_576,
      maxUnpackedBytes: 1_048_576,
    },
    middleware: [],
    listeners: {},
    telemetry: undefined,
    enqueueTimeoutMs: 5000,
    durability: { replicas: 0 },
    preflight: { allowEviction: false, allowClockSkew: false },
    redact: [],
    log: { level: 'info', format: 'json' },
    alerts: {
      webhook: undefined,
      everyMs: 30_000,
      queueAgeMs: { '*': 300_000 },
      failureRate: { percent: 5, minJobs: 20, windowMs: 300_000 },
      repeatMs: 3_600_000,
    },
    origins: expect.objectContaining({ broker: 'default', 'worker.concurrency': 'default', 'log.format': 'default' }),
  })
  expect(resolveConfig({ root, tty: true }).log.format).toBe('pretty')
})

describe('who wins', () => {
  const value = { worker: { concurrency: 1, shutdownTimeout: '1s' }, log: { level: 'debug' } }
  const env = { TASKQ_CONCURRENCY: '2', TASKQ_LOG_LEVEL: 'warn', TASKQ_PREFIX: '' }
  const flags = { concurrency: 3, logLevel: undefined }

  test('a flag over the environment over the file over the default', () => {
    const { worker, log, prefix, origins } = resolveConfig({ root, file: file(value), env, flags })
    expect([worker.concurrency, log.level, worker.shutdownTimeoutMs, prefix]).toEqual([3, 'warn', 1000, 'taskq'])
    expect(origins).toMatchObject({
      'worker.concurrency': 'flag --concurrency',
      'log.level': 'env TASKQ_LOG_LEVEL',
      'worker.shutdownTimeout': 'file',
      prefix: 'default',
    })
  })

  test('TASKQ_BROKER over REDIS_URL', () => {
    const both = { REDIS_URL: 'redis://one', TASKQ_BROKER: 'redis://two' }
    expect(resolveConfig({ root, env: both }).broker).toMatchObject({ nodes: [{ host: 'two', port: 6379 }] })
    expect(resolveConfig({ root, env: { ...both, TASKQ_BROKER: '' } }).origins.broker).toBe('env REDIS_URL')
  })

  test('every variable and flag reaches its setting', () => {
    const all = {
      TASKQ_BROKER: 'redis://b',
      TASKQ_PREFIX: 'p',
      TASKQ_CONCURRENCY: '4',
      TASKQ_LOG_LEVEL: 'error',
      TASKQ_LOG_FORMAT: 'pretty',
      TASKQ_DEFAULT_QUEUE: 'q',
      TASKQ_RESULT_TTL: '60000',
      TASKQ_SHUTDOWN_TIMEOUT: '7s',
    }
    expect(resolveConfig({ root, env: all })).toMatchObject({
      prefix: 'p',
      defaultQueue: 'q',
      results: { ttlMs: 60_000 },
      log: { level: 'error', format: 'pretty' },
      worker: { concurrency: 4, shutdownTimeoutMs: 7000 },
    })
    const flags = {
      broker: 'redis://f',
      prefix: 'f',
      concurrency: 5,
      logLevel: 'silent',
      logFormat: 'json',
      shutdownTimeout: '1m',
    }
    expect(resolveConfig({ root, env: all, flags })).toMatchObject({
      broker: { nodes: [{ host: 'f' }] },
      prefix: 'f',
      log: { level: 'silent', format: 'json' },
      worker: { concurrency: 5, shutdownTimeoutMs: 60_000 },
    })
  })
})

describe('the broker', () => {
  test('a URL', () => {
    expect(redis('rediss://app:p%40ss@[::1]:6380/3')).toEqual({
      kind: 'redis',
      mode: 'single',
      nodes: [{ host: '::1', port: 6380 }],
      username: 'app',
      password: 'p@ss',
      db: 3,
      tls: {},
      master: undefined,
      sentinelPassword: undefined,
      label: 'rediss://app:***@[::1]:6380/3',
    })
  })

  test('options win over their URL', () => {
    expect(redis({ url: 'redis://a:b@h/1', username: 'c', password: 'd', db: 2, tls: { ca: 'PEM' } })).toMatchObject({
      username: 'c',
      password: 'd',
      db: 2,
      tls: { ca: 'PEM' },
      label: 'rediss://c:***@h:6379/2',
    })
  })

  test('sentinels and clusters', () => {
    expect(
      redis({ sentinels: [{ host: 'a' }, { host: 'b', port: 1 }], name: 'm', sentinelPassword: 's', tls: true }),
    ).toMatchObject({
      mode: 'sentinel',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 1 },
      ],
      master: 'm',
      sentinelPassword: 's',
      tls: {},
      label: 'rediss+sentinel://a:26379,b:1/m/0',
    })
    expect(redis({ cluster: [{ host: 'a' }], password: 'x' })).toMatchObject({
      mode: 'cluster',
      nodes: [{ host: 'a', port: 6379 }],
      label: 'redis+cluster://:***@a:6379',
      tls: undefined,
    })
  })
})

describe('the result', () => {
  const value = { queues: { emails: { concurrency: 2 } }, routes: [['a.*', { queue: 'a' }]], tasks: ['x/*.ts'] }
  const config = resolveConfig({ root, file: file(value) })

  test('is frozen to its leaves, and leaves the file alone', () => {
    const frozen = (part: unknown): boolean =>
      typeof part !== 'object' || part === null || (Object.isFrozen(part) && Object.values(part).every(frozen))
    expect(frozen(config)).toBe(true)
    expect([value.queues.emails, value.routes[0], value.tasks].some(Object.isFrozen)).toBe(false)
  })

  test('holds queues that no inherited name can answer for', () => {
    expect(config.queues.emails).toEqual({ concurrency: 2, priorities: false })
    expect(config.queues.constructor).toBeUndefined()
    expect(config.routes).toEqual([{ pattern: 'a.*', queue: 'a' }])
  })
})

describe('problems', () => {
  test('of all sources come in one error, each under the name it was given by', () => {
    const error = failure({
      root,
      file: file({ prefix: 'a b', workr: {} }),
      env: { TASKQ_CONCURRENCY: 'many' },
      flags: { logLevel: 'loud' },
    })
    expect(error.code).toBe('TASKQ_CONFIG_INVALID')
    expect(error.message.split('\n')).toEqual([
      'taskq.config.ts has 4 problems:',
      expect.stringMatching(/^ {2}prefix: expected .*, got "a b"$/),
      expect.stringMatching(/^ {2}workr: expected .*\(did you mean worker\?\)$/),
      '  TASKQ_CONCURRENCY: expected a whole number from 1 to 10000, got "many"',
      '  --log-level: expected one of debug, info, warn, error, silent, got "loud"',
    ])
    expect(error.data?.problems).toHaveLength(4)
    // The reader of this has the package, not its repository.
    expect(error.hint).toContain('taskq config')
  })

  test('show no secret of a variable or a flag', () => {
    const secret = 'c4n4ry-s3cret'
    for (const text of [`redis://u:${secret}@h:99999`, `http://:${secret}@h`, secret]) {
      for (const error of [
        failure({ root, env: { REDIS_URL: text } }),
        failure({ root, env: { TASKQ_BROKER: text } }),
        failure({ root, flags: { broker: text } }),
      ]) {
        expect(JSON.stringify([error.message, error.hint, error.data, error.stack])).not.toContain(secret)
      }
    }
  })
})

describe('describeConfig', () => {
  test('shows every setting as a user would write it', () => {
    const config = resolveConfig({ root, file: file({ worker: { lock: 10_123 } }), env: { TASKQ_RESULT_TTL: '2h' } })
    const shown = new Map(describeConfig(config).map(({ key, value, origin }) => [key as string, [value, origin]]))
    expect([...shown.keys()].sort()).toEqual(Object.keys(config.origins).sort())
    expect(shown.get('broker')).toEqual(['embedded', 'default'])
    expect(shown.get('worker.lock')).toEqual(['10123ms', 'file'])
    expect(shown.get('results.ttl')).toEqual(['2h', 'env TASKQ_RESULT_TTL'])
    expect(shown.get('deadLetters.ttl')).toEqual(['30d', 'default'])
  })

  test('shows no secret', () => {
    const secret = 'c4n4ry-s3cret'
    const brokers = [
      `redis://u:${secret}@h`,
      { url: `redis://h`, password: secret, tls: { key: secret, ca: secret, cert: secret } },
      { sentinels: [{ host: 'a' }], name: 'm', password: secret, sentinelPassword: secret },
    ]
    for (const broker of brokers) {
      const shown = JSON.stringify(describeConfig(resolveConfig({ root, file: file({ broker }) })))
      expect(shown).toMatch(/redis/)
      expect(shown).not.toContain(secret)
    }
  })
})
