import { type Arrival, addArrival } from './arrivals.js'
import { pressKey } from './commands.js'
import { type DashboardEvent, type Step, step } from './dashboard-event.js'
import { keyOfCharacter } from './key-names.js'
import { isTooSmall } from './least-size.js'
import { settleList } from './list.js'
import { loadsFor } from './loads.js'
import { settlePage } from './scroll.js'
import type { DashboardState } from './state.js'
import { paste, pressInDialog } from './update-dialog.js'

/**
 * What becomes of the screen when something happens, and what is to be done outside. Pure: it reads no clock and asks
 * nobody; answers come back as events.
 */
export function update(state: DashboardState, event: DashboardEvent): Step {
  const { state: next, effects } = react(state, event)
  return { state: settlePage(settleList(next)), effects }
}

function react(state: DashboardState, event: DashboardEvent): Step {
  switch (event.kind) {
    case 'key':
      return press(state, event.key)
    case 'typed':
      return pressAll(state, event.text)
    case 'paste':
      return isTooSmall(state.size) ? step(state) : paste(state, event.text)
    case 'resize':
      return step({ ...state, size: event.size })
    case 'second':
      return step(passSecond(state, event.nowMs))
    case 'poll':
      return poll(state)
    default:
      return addArrival(state, event satisfies Arrival)
  }
}

function press(state: DashboardState, key: string): Step {
  if (key === 'ctrl-c') return step(state, { kind: 'quit' })
  // Nobody sees what a key would be about.
  if (isTooSmall(state.size)) return key === 'q' ? step(state, { kind: 'quit' }) : step(state)
  return state.dialog === undefined ? pressKey(state, key) : pressInDialog(state, state.dialog, key)
}

/** Keys that came at once. None of them answers a question that one before it has asked. */
function pressAll(state: DashboardState, text: string): Step {
  let all: Step = step(state)
  for (const character of text) {
    if (all.state.dialog?.kind === 'confirm') break
    const next = press(all.state, keyOfCharacter(character))
    all = { state: settleList(next.state), effects: [...all.effects, ...next.effects] }
  }
  return all
}

function passSecond(state: DashboardState, nowMs: number): DashboardState {
  const { notice } = state
  const ticks = (notice?.ticks ?? 0) - 1
  const left = notice === undefined || ticks <= 0 ? undefined : { ...notice, ticks }
  return { ...state, notice: left, nowMs: state.frozen ? state.nowMs : nowMs }
}

/** While the broker is lost, one question is enough to tell when it is back. */
function poll(state: DashboardState): Step {
  if (state.frozen) return step(state)
  return state.link.kind === 'lost' ? step(state, { kind: 'load-overview' }) : step(state, ...loadsFor(state))
}
