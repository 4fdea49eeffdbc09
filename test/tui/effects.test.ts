import { expect, test, vi } from 'vitest'
import { TaskqError } from '../../src/errors/taskq-error.ts'
import type { DashboardEvent } from '../../src/tui/dashboard-event.ts'
import { Effects } from '../../src/tui/effects.ts'
import { FakeDashboard } from './fake-dashboard.ts'
import { NOW } from './fixtures.ts'

const LOST = new TaskqError('TASKQ_BROKER_UNREACHABLE', 'no answer', { hint: 'start it' })

function makeEffects() {
  const dashboard = new FakeDashboard()
  const told: DashboardEvent[] = []
  const quit = vi.fn()
  const ports = { write: () => undefined, openPager: async () => undefined, quit }
  const tell = (event: DashboardEvent) => void told.push(event)
  return { dashboard, told, quit, effects: new Effects({ dashboard, tell, nowMs: () => NOW, ...ports }) }
}

test('a lost broker is asked after pauses that grow from 1 s to 10 s, and from 1 s again once it was back', async () => {
  const { dashboard, told, effects } = makeEffects()
  const look = () => effects.perform({ kind: 'load-overview' })
  dashboard.outage = LOST
  for (let time = 0; time < 6; time++) await look()
  dashboard.outage = undefined
  await look()
  dashboard.outage = LOST
  await look()
  const pauses = told.map((event) => (event.kind === 'lost' ? event.retryAtMs - NOW : event.kind))
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 'overview', 1000])
  expect(told[0]).toMatchObject({ problem: 'no answer. start it' })
})

test('the overview is asked for once at a time', async () => {
  const { dashboard, effects } = makeEffects()
  await Promise.all([1, 2, 3].map(() => effects.perform({ kind: 'load-overview' })))
  expect(dashboard.overviews).toBe(1)
})

test('what fails is told, but not a lost broker twice', async () => {
  const { dashboard, told, effects } = makeEffects()
  const load = { kind: 'load-jobs', filter: { place: 'dead' }, asked: 1, delayMs: 0 } as const
  dashboard.outage = LOST
  await effects.perform(load)
  expect(told).toEqual([])
  dashboard.outage = new TypeError('no such field')
  await effects.perform(load)
  expect(told).toEqual([{ kind: 'trouble', problem: 'TypeError: no such field' }])
})

test('an action that fails is told with its name, and one that runs is known of', async () => {
  const { dashboard, told, effects } = makeEffects()
  const answer = Promise.withResolvers<never>()
  dashboard.act = () => answer.promise
  const acting = effects.perform({
    kind: 'act',
    action: { kind: 'queue', verb: 'pause', queue: 'q' },
    label: 'pause q',
  })
  expect(effects.acting.size).toBe(1)
  answer.reject(LOST)
  await acting
  expect(effects.acting.size).toBe(0)
  expect(told).toEqual([{ kind: 'act-failed', label: 'pause q', problem: 'no answer. start it' }])
})

test('a job that has gone is not opened', async () => {
  const { dashboard, told, effects } = makeEffects()
  dashboard.job = (async () => undefined) as never
  await effects.perform({ kind: 'open-job', id: 'a' })
  expect(told).toEqual([{ kind: 'trouble', problem: 'there is no job a any more' }])
})
