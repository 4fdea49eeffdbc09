import type { DashboardEvent, Effect } from '../../src/tui/dashboard-event.ts'
import type { DashboardState } from '../../src/tui/state.ts'
import { update } from '../../src/tui/update.ts'

/** The state after these keys, and all that was to be done. Of a text of several characters, each is typed. */
export function press(
  state: DashboardState,
  ...keys: readonly string[]
): { readonly state: DashboardState; readonly effects: readonly Effect[] } {
  return play(state, ...keys.map((key): DashboardEvent => ({ kind: 'key', key })))
}

/** The same for any events. */
export function play(
  state: DashboardState,
  ...events: readonly DashboardEvent[]
): { readonly state: DashboardState; readonly effects: readonly Effect[] } {
  // As the dashboard does before anybody presses a key: the cursor is on the first row.
  let current = update(state, { kind: 'resize', size: state.size }).state
  const effects: Effect[] = []
  for (const event of events) {
    const step = update(current, event)
    current = step.state
    effects.push(...step.effects)
  }
  return { state: current, effects }
}

/** The keys of a text, to be pressed one by one. */
export const typed = (text: string): readonly string[] => [...text].map((key) => (key === ' ' ? 'space' : key))
