import type { Place } from './keymap.js'
import { shownList, shownPage } from './rows.js'
import type { DashboardState } from './state.js'

/** Where keys act now. */
export function placeOf(state: DashboardState): Place {
  const kind = shownPage(state)?.kind
  return kind === 'job' || kind === 'schedule' ? kind : (shownList(state) ?? state.view)
}
