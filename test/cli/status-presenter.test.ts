import { expect, test } from 'vitest'
import { presentStatus, statusJson } from '../../src/cli/presenters/status.js'
import type { QueueStatus } from '../../src/control/list-queues.js'
import type { Status } from '../../src/control/status.js'
import { workerFacts } from '../support/fake-worker.js'

const AT = Date.UTC(2026, 10, 21, 12)

const queue = (name: string, over: Partial<QueueStatus> = {}): QueueStatus => ({
  queue: name,
  queued: 0,
  blocked: 0,
  scheduled: 0,
  retrying: 0,
  active: 0,
  succeeded: 0,
  dead: 0,
  oldestQueuedAt: undefined,
  paused: false,
  limits: [],
  served: true,
  ...over,
})

const status = (queues: readonly QueueStatus[]): Status & { label: string } => ({
  at: AT,
  label: 'redis://127.0.0.1',
  broker: { server: 'redis', version: '7.2.0', pingMs: 0.4 },
  workers: [],
  queues,
  schedules: { beat: undefined, entries: 0 },
  workflows: { counts: { running: 0, succeeded: 0, failed: 0, revoked: 0, total: 0 }, newest: [] },
  unknownTasks: [],
})

/** The queues' part: what follows the last empty line. */
const linesOf = (queues: readonly QueueStatus[]): string[] =>
  (presentStatus(status(queues), AT).split('\n\n').at(-1) ?? '').split('\n')

test('each queue tells what it holds, and how long its oldest job has waited', () => {
  const busy = { queued: 12, scheduled: 3, retrying: 4, active: 5, succeeded: 678, dead: 9 }
  expect(linesOf([queue('default', { ...busy, oldestQueuedAt: AT - 90_000 }), queue('idle')])).toEqual([
    'queue    queued  scheduled  retrying  active  done  dead  oldest',
    'default      12          3         4       5   678     9  90s',
    'idle          0          0         0       0     0     0',
  ])
})

test('jobs that wait for the end of another are told below the table', () => {
  const lines = linesOf([queue('a', { blocked: 1 }), queue('b'), queue('c', { blocked: 2, served: false })])
  expect(lines.slice(4)).toEqual([
    'a: 1 job waits for the end of another (blocked).',
    'c: 2 jobs wait for the end of another (blocked).',
    '! No worker serves c.',
  ])
})

test('fits a terminal of 80 columns, with all that can be told of a queue', () => {
  const most = { queued: 123_456, scheduled: 99, retrying: 99, succeeded: 9_876_543, dead: 12_345 }
  const all = { ...most, paused: true, served: false, oldestQueuedAt: AT - 47 * 3_600_000 }
  const lines = linesOf([queue('newsletters', all)])
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  expect(lines[1]).toMatch(/47h\s+paused$/)
  expect(lines[2]).toBe('! No worker serves newsletters.')
})

test('queues that nobody serves are named where they hold jobs, the first five of them', () => {
  const unserved = Array.from({ length: 7 }, (_, n) => queue(`q${n}`, { retrying: 1, served: false }))
  expect(linesOf([...unserved, queue('empty', { served: false })]).at(-1)).toBe(
    '! No worker serves q0, q1, q2, q3, q4 and 2 more.',
  )
})

test('a name is safe for a terminal', () => {
  const text = presentStatus(status([queue('\u001b[2Jq\u202e', { queued: 1, served: false })]), AT)
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
})

test('a broker whose clock is behind the oldest job shows no negative age', () => {
  expect(linesOf([queue('default', { queued: 1, oldestQueuedAt: AT + 5000 })])[1]).toMatch(/ 0ms$/)
})

test('as JSON, a queue has these fields', () => {
  const { queues } = statusJson(status([queue('a', { queued: 1, oldestQueuedAt: AT }), queue('b')]))
  const rest = { blocked: 0, scheduled: 0, retrying: 0, active: 0, succeeded: 0, dead: 0, paused: false, served: true }
  expect(queues).toEqual([
    { queue: 'a', queued: 1, ...rest, oldestQueuedAt: '2026-11-21T12:00:00.000Z' },
    { queue: 'b', queued: 0, ...rest, oldestQueuedAt: null },
  ])
})

test('a worker that is not heard of is told as silent, and its age goes by the broker’s clock', () => {
  const facts = { ...workerFacts('amy'), beatAt: AT - 3_600_000, startedAt: AT - 3_660_000 }
  const workers = [
    { ...facts, heardAt: AT - 40_000 },
    { ...facts, heardAt: AT - 4000 },
    { ...facts, heardAt: AT - 4000, stopping: true },
  ]
  const lines = presentStatus({ ...status([]), workers }, AT)
    .split('\n')
    .slice(3, 6)
  expect(lines.map((line) => line.replace(/^.*0\/0 +/, '').trim())).toEqual([
    '100s  silent for 40s',
    '64s',
    '64s   stops',
  ])
})

test('jobs that wait for a worker that knows their task are told of', () => {
  const unknownTasks = [
    { task: 'reports.Daily', queue: 'default', jobs: 2 },
    { task: 'Old', queue: 'emails', jobs: 1 },
  ]
  const lines = presentStatus({ ...status([queue('default')]), unknownTasks }, AT).split('\n')
  expect(lines.slice(-2)).toEqual([
    '! 2 jobs wait in default for a worker that knows the task reports.Daily.',
    '! 1 job waits in emails for a worker that knows the task Old.',
  ])
})
