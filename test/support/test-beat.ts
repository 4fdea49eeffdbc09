import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { planBeat } from '../../src/app/beat-request.js'
import { Beat } from '../../src/beat/beat.js'
import type { BeatOptions } from '../../src/beat/beat-options.js'
import type { ScheduleStore } from '../../src/engine/schedules/schedule-store.js'
import type { BeatEvent } from '../../src/events/beat-event.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { EventRecorder } from './event-recorder.js'
import type { TestApp } from './test-app.js'

/** A beat that has started, with what it told. */
export interface TestBeat {
  readonly beat: Beat
  readonly store: ScheduleStore
  readonly events: EventRecorder<BeatEvent>
}

/** Starts a beat of an app; stopped when the test ends. `leadsAlways`: it believes so, whoever else does. */
export async function startBeat(
  app: TestApp,
  entries: readonly ScheduleEntry[],
  {
    leadsAlways = false,
    store = app.engine.openSchedules(),
    ...options
  }: Partial<BeatOptions> & { leadsAlways?: boolean; store?: ScheduleStore } = {},
): Promise<TestBeat> {
  const events = new EventRecorder<BeatEvent>()
  if (leadsAlways) Object.assign(store.lease, { take: async (facts: object) => facts, renew: async () => true })
  const plan = planBeat(entries, app.engine, app.client, events.sink)
  const beat = new Beat(store, { ...plan, id: randomUUID(), ...options })
  onTestFinished(() => beat.stop())
  await beat.start()
  return { beat, store, events }
}

/** An entry with defaults. */
export function entryOf(over: Partial<ScheduleEntry> & Pick<ScheduleEntry, 'name' | 'task'>): ScheduleEntry {
  return {
    args: [],
    options: {},
    schedule: { kind: 'interval', everyMs: 1000, anchorMs: 0 },
    jitterMs: 0,
    misfire: { run: 'last', max: 10, graceMs: 30_000 },
    overlap: 'allow',
    ...over,
  }
}
