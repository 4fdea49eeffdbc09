import { freshState, type ScheduleState } from '../engine/schedules/schedule-record.js'
import type { SchedulesAccess } from './schedules-access.js'
import { changeEntries } from './schedules-lookup.js'

/** What came of pausing or resuming one entry. */
export interface PauseOutcome {
  readonly name: string
  /** False when it was so already. */
  readonly changed: boolean
}

/** Pauses entries, or lets them go on; all of them, or none where one is not there. */
export async function setPaused(
  access: SchedulesAccess,
  names: readonly string[],
  paused: boolean,
): Promise<readonly PauseOutcome[]> {
  const changed = new Map([...new Set(names)].map((name) => [name, false]))
  await changeEntries(access, [...changed.keys()], (name, { state = freshState(access.nowMs) }) => {
    changed.set(name, state.paused !== paused)
    if (state.paused === paused) return { writes: [], jobs: [] }
    return { writes: [{ name, state: paused ? { ...state, paused } : resumed(state, access.nowMs) }], jobs: [] }
  })
  return [...changed].map(([name, isChanged]) => ({ name, changed: isChanged }))
}

/** What passed in the pause is over: no slot of it is caught up with. */
function resumed({ heldSlotMs: _, ...state }: ScheduleState, nowMs: number): ScheduleState {
  return { ...state, cursorMs: Math.max(nowMs, state.cursorMs), paused: false }
}
