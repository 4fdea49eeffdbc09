import { type Step, step } from './dashboard-event.js'
import { matchesOf } from './palette.js'
import { shownList } from './rows.js'
import type { DashboardState } from './state.js'
import { inputOf } from './text-input.js'

/** Shows all keys. */
export function openHelp(state: DashboardState): Step {
  return step({ ...state, dialog: { kind: 'help', top: 0 } })
}

/** Lets a command be typed. */
export function openPalette(state: DashboardState): Step {
  const input = inputOf('')
  const matches = matchesOf(state, '')
  return step({ ...state, dialog: { kind: 'palette', input, matches, chosen: 0, problem: undefined } })
}

/** Lets the list's filter be typed. */
export function openFilter(state: DashboardState): Step {
  const name = shownList(state)
  if (name === undefined) return step(state)
  const { filter } = state.lists[name]
  return step({ ...state, dialog: { kind: 'filter', input: inputOf(filter), before: filter } })
}
