import { expect, test } from 'vitest'
import { presentAction, presentSteering, steeringJson } from '../../src/cli/presenters/control.js'
import { eventJson, presentDropped, presentEvent } from '../../src/cli/presenters/events.js'
import {
  presentActive,
  presentConf,
  presentQueried,
  presentRegistered,
  presentReserved,
  presentScheduled,
  presentStats,
} from '../../src/cli/presenters/inspect.js'
import { presentWorkers } from '../../src/cli/presenters/live-workers.js'
import { presentQueues } from '../../src/cli/presenters/overview.js'
import { presentShellBanner } from '../../src/cli/presenters/shell.js'
import { presentBanner } from '../../src/cli/presenters/worker.js'
import { tellInstant } from '../../src/cli/presenters/worker-json.js'
import type { QueueRow } from '../../src/control/dashboard.js'
import type { StatsReport } from '../../src/control/inspect-workers.js'
import { UNSAFE } from './cli-project.js'

/** Escape sequences, C1 controls, a bidirectional override, line breaks. */
const HOSTILE = '\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e\r\nsecond'
const LONG = `${HOSTILE}${'x'.repeat(5000)}`

const stats: StatsReport = {
  worker: 'web@a',
  id: '1',
  host: 'a',
  pid: 7,
  version: '1.0.0',
  queues: ['emails'],
  tasks: 2,
  concurrency: 8,
  autoscale: { min: 2, max: 8 },
  active: 1,
  succeeded: 5,
  failed: 1,
  startedAt: '2026-11-21T10:00:00.000Z',
  uptimeMs: 65_000,
  heardMs: 1200,
  stopping: true,
  process: { rssBytes: 104_857_600, cpu: 0.25, loopLagMs: 3, node: 'v24.0.0' },
}

const queue: QueueRow = {
  queue: 'emails',
  blocked: 0,
  queued: 3,
  scheduled: 0,
  retrying: 0,
  active: 1,
  succeeded: 9,
  dead: 0,
  oldestQueuedAt: 1000,
  paused: true,
  limits: [{ task: 'Mail', window: { max: 1, durationMs: 600 }, overridden: false, limitedForMs: 400, queued: 3 }],
  served: false,
  outPerSecond: 0.25,
  ended: [],
}

test('silent workers are not called down', () => {
  const report = {
    answers: [
      { id: '1', worker: 'web@a', pid: 1, ok: true, text: 'concurrency is 3 now (was 2)' },
      { id: '2', worker: 'long-name@b', pid: 2, ok: false, text: 'autoscale is on' },
    ],
    silent: [
      { id: '3', name: 'web@c', pid: 3, heardMs: 4000 },
      { id: '4', name: 'web@d', pid: 4, heardMs: 24_000 },
    ],
  }
  expect(presentSteering(report)).toBe(
    [
      'web@a        concurrency is 3 now (was 2)',
      'long-name@b  refused: autoscale is on',
      'web@c        no answer (may be busy; it is not known to be down)',
      'web@d        no answer (heard 24s ago; it is not known to be down)',
    ].join('\n'),
  )
  expect(steeringJson({ name: 'pool-grow', by: 2 }, report)).toEqual({
    command: { name: 'pool-grow', by: 2 },
    workers: report.answers,
    silent: report.silent,
  })
})

test('workers of one name are told apart', () => {
  const answer = { worker: 'web@a', ok: true, text: 'pong' }
  const report = { answers: [{ ...answer, id: '1', pid: 7 }], silent: [{ id: '2', name: 'web@a', pid: 8 }] }
  expect(presentSteering(report)).toMatch(/^web@a \(pid 7\) {2}pong\nweb@a \(pid 8\) {2}no answer/)
  expect(presentConf(report)).toMatch(/^web@a \(pid 7\)\npong\n\nweb@a \(pid 8\) {2}no answer/)
  const idle = { worker: 'web@a', jobs: [], more: 0 } as const
  const both = [7, 8].map((pid) => ({ ...idle, id: `id-${pid}`, pid }))
  expect(presentActive(both)).toBe('web@a (pid 7): nothing runs\n\nweb@a (pid 8): nothing runs')
  const containers = both.map((worker) => ({ ...worker, pid: 1 }))
  expect(presentReserved({ workers: containers, why: 'none' })).toContain('web@a (id-7): none\nweb@a (id-8): none')
  expect(presentRegistered(both.map((worker) => ({ ...worker, tasks: [] })))).toContain('web@a (pid 8)\nno task')
})

test('a worker tells what it is, has done and costs', () => {
  expect(presentStats([stats])).toBe(
    [
      'web@a (stops)',
      '  host     a, process 7, taskq 1.0.0, node v24.0.0',
      '  since    2026-11-21T10:00:00.000Z (65s)',
      '  heard    1.2s ago',
      '  queues   emails',
      '  tasks    2',
      '  slots    1 of 8 run, autoscale 2 to 8',
      '  done     5 succeeded, 1 failed',
      '  process  100 MB, 25 % of a core, event loop 3ms late',
    ].join('\n'),
  )
  const { process: _process, heardMs: _heard, autoscale: _autoscale, ...quiet } = stats
  expect(presentStats([quiet])).toContain('heard    unknown')
  expect(presentStats([quiet])).not.toContain('process  ')
})

test('a queue tells what keeps it', () => {
  expect(presentQueues([queue], 61_000)).toBe(
    [
      'queue   queued  scheduled  retrying  active  done  dead  oldest  out',
      'emails       3          0         0       1     9     0  60s     0.3/s  paused',
      'emails: Mail is at its limit of 100/m for 400ms',
      '! No worker serves emails.',
    ].join('\n'),
  )
  const many = Array.from({ length: 200 }, (_, index) => ({ ...queue, queue: `q${index}`, limits: [] }))
  expect(presentQueues(many, 61_000).split('\n').slice(201)).toEqual([
    '! No worker serves q0, q1, q2, q3, q4 and 195 more.',
  ])
})

test('where there is nobody and nothing, that is said', () => {
  for (const text of [presentActive([]), presentRegistered([]), presentStats([]), presentWorkers([], 0)]) {
    expect(text).toMatch(/^No worker has been heard of for \d+ s\. Start one with taskq worker\.$/)
  }
  expect(presentScheduled({ jobs: [], total: 0, searched: 0 })).toBe('No job waits for its time.')
  expect(presentScheduled({ jobs: [], total: 5, searched: 5 })).toMatch(/^None of these\. 0 of 5 that wait/)
  expect(presentQueues([], 0)).toBe('No queue has had a job yet.')
})

test('an event tells when, what, where and how it went', () => {
  const at = Date.UTC(2026, 10, 21, 12, 0, 1, 5)
  const failure = { name: 'Error', message: 'no route' }
  const event = { at, worker: 'web@a', name: 'job.retried', id: 'j1', task: 'Mail', queue: 'emails' } as const
  expect(presentEvent({ ...event, attempt: 2, runMs: 30, delayMs: 2000, failure })).toBe(
    '12:00:01.005  job.retried        Mail  j1  web@a  attempt 2  ran 30ms  Error: no route  again in 2s',
  )
  expect(presentEvent({ at, worker: 'web@a', name: 'worker.online' })).toBe('12:00:01.005  worker.online      web@a')
  expect(eventJson(event)).toEqual({ ...event, at: '2026-11-21T12:00:01.005Z' })
  expect(presentDropped(3)).toBe('! 3 more events left out: more happens than anybody could read')
  expect(presentEvent({ ...event, at: Number.NaN })).toMatch(/^\?\?:\?\?/)
})

test('the banner tells between which bounds a worker chooses its slots', () => {
  const facts = { name: 'w@a', version: '1.0.0', broker: 'redis://a', concurrency: 2, queues: [], tasks: [] }
  expect(presentBanner(facts)).toContain('\n  concurrency  2\n')
  expect(presentBanner({ ...facts, autoscale: { min: 2, max: 9 } })).toContain('\n  concurrency  2 to 9 (autoscale)\n')
})

test('an instant that is none is null', () => {
  expect([tellInstant(0), tellInstant(undefined), tellInstant(9e15)]).toEqual(['1970-01-01T00:00:00.000Z', null, null])
})

test('a worker of another taskq may tell its settings in another way', () => {
  const answer = { id: '1', worker: 'web@a', pid: 7, ok: true, text: 'ok' }
  const tell = (data: unknown) => presentConf({ answers: [{ ...answer, data }], silent: [] })
  expect(tell([{ key: 'prefix', value: 'shop', origin: 'file' }])).toBe(
    'web@a\nsetting  value  from\nprefix   shop   file',
  )
  expect(tell({ prefix: 'shop' })).toBe('web@a\n{\n  "prefix": "shop"\n}')
  expect(tell(undefined)).toBe('web@a\nok')
})

const reference = { worker: LONG, id: LONG, pid: 7 }
const job = { id: LONG, task: LONG, queue: LONG, attempt: 1 }
const reply = { id: LONG, worker: LONG, pid: 7, ok: false, text: LONG }

test.each<[string, string]>([
  ['control', presentSteering({ answers: [reply], silent: [{ id: LONG, name: LONG, pid: 7 }] })],
  ['an action', presentAction({ done: 0, refused: [{ what: LONG, why: LONG }], text: LONG })],
  ['inspect conf', presentConf({ answers: [{ ...reply, data: { [LONG]: LONG } }], silent: [] })],
  [
    'inspect conf of settings',
    presentConf({ answers: [{ ...reply, data: [{ key: LONG, value: LONG, origin: LONG }] }], silent: [] }),
  ],
  ['inspect active', presentActive([{ ...reference, jobs: [{ ...job, startedAt: LONG, ageMs: 1 }], more: 2 }])],
  ['inspect reserved', presentReserved({ workers: [{ ...reference, jobs: [] }], why: 'none' })],
  ['inspect registered', presentRegistered([{ ...reference, tasks: [{ task: LONG, queue: LONG, rateLimit: LONG }] }])],
  [
    'inspect stats',
    presentStats([{ ...stats, ...reference, host: LONG, version: LONG, queues: [LONG], startedAt: LONG }]),
  ],
  [
    'inspect scheduled',
    presentScheduled({
      jobs: [{ ...job, state: 'retrying', attempts: 1, enqueuedAt: LONG, args: LONG, error: LONG }],
      total: 2,
      searched: 2,
    }),
  ],
  ['inspect query', presentQueried([{ id: LONG, state: 'unknown' }])],
  [
    'queue list',
    presentQueues([{ ...queue, queue: LONG, limits: [{ ...queue.limits[0], task: LONG } as never] }], 2000),
  ],
  [
    'events',
    presentEvent({
      ...{ at: 1, worker: LONG, name: 'job.retried', id: LONG, task: LONG, queue: LONG, reason: LONG },
      failure: { name: LONG, message: LONG },
    }),
  ],
  ['shell', presentShellBanner(['app'], [LONG])],
])('%s: what names and messages hold neither speaks to the terminal nor floods it', (_, text) => {
  expect(text).not.toMatch(UNSAFE)
  expect(text).toContain('\\u001b')
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(5000)
})
