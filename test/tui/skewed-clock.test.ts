import { expect, test } from 'vitest'
import type { WorkerFacts } from '../../src/engine/workers/worker-facts.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { makeState } from './fixtures.ts'
import { screen } from './terminal.ts'

/** A worker whose own clock is this far ahead. The broker hears it all the same. */
function skewed(worker: WorkerFacts, ms: number): WorkerFacts {
  const { beatAt, startedAt, slots } = worker
  return {
    ...worker,
    startedAt: startedAt + ms,
    ...(beatAt !== undefined && { beatAt: beatAt + ms }),
    ...(slots !== undefined && { slots: slots.map((slot) => ({ ...slot, startedAt: slot.startedAt + ms })) }),
  }
}

function withSkew(state: DashboardState, ms: number): DashboardState {
  const { overview } = state
  if (overview === undefined) throw new Error('the fixture has no overview')
  // One that does not tell when it spoke cannot be set right.
  const heard = overview.workers.filter(({ beatAt }) => beatAt !== undefined)
  return { ...state, overview: { ...overview, workers: heard.map((worker) => skewed(worker, ms)) } }
}

test.each([100_000, -100_000])('a worker looks the same whose clock is %d ms off', (ms) => {
  const page = { kind: 'worker', id: 'mailer@web-1:4711' } as const
  for (const state of [makeState({ view: 'workers' }), makeState({ view: 'workers', pages: [page] })]) {
    const shown = screen(withSkew(state, 0), 120, 24)
    expect(shown).toContain('1s ago')
    expect(screen(withSkew(state, ms), 120, 24)).toBe(shown)
  }
})
