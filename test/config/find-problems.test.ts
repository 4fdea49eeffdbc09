import { describe, expect, test } from 'vitest'
import { findProblems } from '../../src/config/find-problems.js'
import { validateConfig } from '../../src/config/index.js'
import { formatProblem } from '../../src/errors/problems.js'

const CANARY = 'c4n4ry-s3cret'
const lines = (config: unknown) => findProblems(config).map(formatProblem)

describe('what is accepted', () => {
  test.each([
    {},
    { broker: undefined },
    { broker: 'redis://localhost' },
    { broker: 'rediss://user:p%40ss@redis.example.com:6380/3' },
    { broker: { url: 'redis://localhost', password: 'x', tls: true } },
    { broker: { url: 'rediss://localhost', tls: { ca: 'PEM' } } },
    { broker: { sentinels: [{ host: 'a' }, { host: 'b', port: 26380 }], name: 'main', sentinelPassword: 'x' } },
    { broker: { cluster: [{ host: 'a' }] } },
    { prefix: 'shop-2.eu' },
    { tasks: ['src/**/*.task.ts'] },
    { queues: { emails: { concurrency: 20 }, reports: {} } },
    { routes: [['reports.*', { queue: 'reports' }]] },
    { worker: { concurrency: 1, shutdownTimeout: 0, lock: '10s', stallCheck: 5000 } },
    { results: { ttl: '7d' }, deadLetters: { ttl: '30d', max: 1 }, payload: { max: 1, warn: 1 } },
    { durability: 'replicated' },
    { durability: { replicas: 2 } },
    { enqueueTimeout: '5s', log: { level: 'silent', format: 'json' } },
  ])('%j', (config) => expect(findProblems(config)).toEqual([]))
})

describe('what is refused', () => {
  test.each<[unknown, string]>([
    [5, 'config: expected an object such as defineConfig({ … }), got 5'],
    [undefined, 'config: expected an object such as defineConfig({ … }), got nothing'],
    [Promise.resolve({}), 'config: expected an object such as defineConfig({ … }), got a promise'],
    [() => ({}), 'config: expected an object such as defineConfig({ … }), got a function'],
    [
      { worker: { pool: 'prefork' } },
      'worker.pool: expected one of async, process, thread, got "prefork" (did you mean process?)',
    ],
    [{ redact: 'pin' }, 'redact: expected a list of names such as ["iban"], got "pin"'],
    [{ redact: [7] }, "redact[0]: expected a field's name, got 7"],
    [{ broker: 7 }, 'broker: expected redis://…, rediss://… or an object, got a number'],
    [
      { broker: { url: 'redis://a', cluster: [{ host: 'b' }] } },
      'broker: expected exactly one of url, sentinels, cluster, got url and cluster',
    ],
    [{ broker: {} }, 'broker: expected exactly one of url, sentinels, cluster, got none of them'],
    [
      { broker: { sentinels: [{ host: 'a' }] } },
      "broker.name: expected the sentinels' name of the master, got nothing",
    ],
    [{ broker: { url: 'redis://a', name: 'm' } }, 'broker.name: expected sentinels beside it, got none'],
    [
      { broker: { cluster: [{ host: 'a' }], db: 2 } },
      'broker.db: expected no database number, for a cluster has only one, got 2',
    ],
    [
      { broker: { url: 'rediss://a', tls: false } },
      'broker.tls: expected true or an object, for rediss:// means TLS, got false',
    ],
    [{ broker: { sentinels: [{ host: '' }], name: 'm' } }, 'broker.sentinels[0].host: expected a host name, got ""'],
    [
      { broker: { url: 'redis://a', tls: { cu: 'x' } } },
      'broker.tls.cu: expected one of ca, cert, key, servername, got an unknown key (did you mean ca?)',
    ],
    [
      { prefix: 'a:b' },
      'prefix: expected a name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit), got "a:b"',
    ],
    [{ tasks: 'src' }, 'tasks: expected a list of globs such as ["src/tasks/**/*.ts"], got "src"'],
    [{ tasks: [] }, 'tasks: expected a list of globs such as ["src/tasks/**/*.ts"], got an array of 0'],
    [{ tasks: [3] }, 'tasks[0]: expected a glob such as "src/tasks/**/*.ts", got 3'],
    [
      { queues: { 'a:b': {} } },
      'queues.a:b: expected a queue name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit), got "a:b"',
    ],
    [
      { queues: { emails: { concurency: 1 } } },
      'queues.emails.concurency: expected one of concurrency, priorities, got an unknown key (did you mean concurrency?)',
    ],
    [{ queues: { emails: 5 } }, 'queues.emails: expected an object, got 5'],
    [{ queues: [] }, 'queues: expected an object, got an array of 0'],
    [
      { routes: [['a']] },
      'routes[0]: expected routes such as [["reports.*", { queue: "reports" }]], got an array of 1',
    ],
    [{ routes: { a: 'b' } }, 'routes: expected routes such as [["reports.*", { queue: "reports" }]], got an object'],
    [
      { routes: [['a', { queue: 'x y' }]] },
      'routes[0][1].queue: expected a queue name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit), got "x y"',
    ],
    [
      { routes: [[5, 'a']] },
      'routes[0][0]: expected a task name, or a glob with * such as "reports.*", or a RegExp, got 5',
    ],
    [
      { routes: [['a', { queue: 'b', priority: 10 }]] },
      'routes[0][1].priority: expected a whole number from 0 to 9, got 10',
    ],
    [
      { taskOptions: { 'reports.*': { retries: -1 } } },
      'taskOptions.reports.*.retries: expected a whole number from 0 to 1000, got -1',
    ],
    [
      { taskOptions: { a: { backoff: { delay: 'soon' } } } },
      `taskOptions.a.backoff.delay: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds, got "soon"`,
    ],
    [
      { taskOptions: { 'a b': {} } },
      'taskOptions.a b: expected a task name, or a glob with * such as "reports.*", got "a b"',
    ],
    [{ taskOptions: { a: 5 } }, 'taskOptions.a: expected an object such as { retries: 3 }, got 5'],
    [{ taskOptions: [] }, 'taskOptions: expected an object such as { "reports.*": { retries: 3 } }, got an array of 0'],
    [{ worker: null }, 'worker: expected an object, got null'],
    [{ worker: { concurrency: 0 } }, 'worker.concurrency: expected a whole number from 1 to 10000, got 0'],
    [
      { worker: { lock: '100ms' } },
      "worker.lock: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; from 1s to 24h, got \"100ms\"",
    ],
    [
      { log: { level: 'warning' } },
      'log.level: expected one of debug, info, warn, error, silent, got "warning" (did you mean warn?)',
    ],
    [
      { durability: 'always' },
      `durability: expected 'acknowledged', 'replicated', or { replicas: n } with n from 1 to 100, got "always"`,
    ],
    [
      { durability: { replicas: 0 } },
      `durability: expected 'acknowledged', 'replicated', or { replicas: n } with n from 1 to 100, got an object`,
    ],
    [
      { workr: {} },
      'workr: expected one of broker, prefix, tasks, defaultQueue, queues, routes, taskOptions, schedule, timezone, worker, results, deadLetters, payload, codec, middleware, on, telemetry, enqueueTimeout, preflight, durability, redact, log, alerts, got an unknown key (did you mean worker?)',
    ],
  ])('%j', (config, line) => expect(lines(config)).toEqual([line]))

  test('all problems at once', () => {
    const found = lines({ prefix: '', worker: { concurrency: -1, lcok: 1 }, log: { format: 'xml' } })
    expect(found.map((line) => line.split(':')[0])).toEqual([
      'prefix',
      'worker.concurrency',
      'worker.lcok',
      'log.format',
    ])
  })

  test.each([
    '{"__proto__":{"polluted":1}}',
    '{"queues":{"__proto__":{"concurrency":1}}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"broker":{"url":"redis://a","tls":{"prototype":{}}}}',
  ])('keys that reach into prototypes: %s', (json) => {
    expect(lines(JSON.parse(json))[0]).toMatch(/(__proto__|constructor|prototype): expected another name/)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('secrets', () => {
  test.each<unknown>([
    `http://user:${CANARY}@host`,
    `redis://user:${CANARY}@host:70000`,
    `redis://:${CANARY}/x@host`,
    `redis://:a b"${CANARY}@host:x`,
    `redis://${CANARY}@host?x=${CANARY}`,
    `redis://host?password=${CANARY}`,
    `user:${CANARY}@host`,
    CANARY,
    { url: `reids://user:${CANARY}@host` },
    { url: 'redis://host', password: { x: CANARY } },
    { url: 'redis://host', tls: { key: [CANARY], cert: { a: CANARY } } },
    { sentinels: [], name: 'm', sentinelPassword: [CANARY] },
  ])('are never shown: %j', (broker) => {
    const found = lines({ broker })
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).not.toContain(CANARY)
  })

  test('a number as a password is not shown either', () => {
    expect(lines({ broker: { url: 'redis://h', password: 90210 } })).toEqual([
      'broker.password: expected a password, got a number',
    ])
  })

  test('a misspelt scheme is named', () => {
    expect(lines({ broker: 'reids://u:p@h' })[0]).toContain('got "reids://u:***@h" (did you mean redis://?)')
  })
})

test('the public check says the same', async () => {
  expect(await validateConfig({ prefix: 1 })).toEqual(findProblems({ prefix: 1 }))
})
