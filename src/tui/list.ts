import { keysOf, shownList } from './rows.js'
import { bodyRows, type DashboardState, type ListName, type ListState } from './state.js'

/** The state with a part of a list changed. */
export function withList(state: DashboardState, name: ListName, change: Partial<ListState>): DashboardState {
  return { ...state, lists: { ...state.lists, [name]: { ...state.lists[name], ...change } } }
}

/** Puts the cursor on the row at `index`, or on the nearest there is. */
export function moveTo(state: DashboardState, name: ListName, index: number): DashboardState {
  const keys = keysOf(state, name)
  const place = Math.max(0, Math.min(index, keys.length - 1))
  const follows = name === 'events' && place === keys.length - 1
  const moved = withList(state, name, { cursor: keys[place], index: place })
  return name === 'events' ? { ...moved, events: { ...moved.events, follows } } : moved
}

/** Moves the cursor by so many rows. A row that has left the list is gone from where it was. */
export function moveBy(state: DashboardState, name: ListName, by: number): DashboardState {
  const { cursor, index } = state.lists[name]
  const isGone = cursor === undefined || !keysOf(state, name).includes(cursor)
  // What came after a row that is gone has moved into its place.
  return moveTo(state, name, isGone && by > 0 ? index + by - 1 : index + by)
}

/** Starts anew at the top: its rows are others now. */
export function restart(state: DashboardState, name: ListName, change: Partial<ListState> = {}): DashboardState {
  return withList(state, name, { cursor: undefined, index: 0, top: 0, selected: new Set(), ...change })
}

/** Keeps the cursor on its row and the row on the screen, whatever rows came, went or moved. */
export function settleList(state: DashboardState): DashboardState {
  const name = shownList(state)
  if (name === undefined) return state
  const keys = keysOf(state, name)
  const list = state.lists[name]
  const { cursor, index } = settleCursor(state, name, keys)
  const top = settleTop(list.top, Math.min(index, keys.length - 1), keys.length, bodyRows(state.size))
  if (cursor === list.cursor && index === list.index && top === list.top) return state
  return withList(state, name, { cursor, index, top })
}

function settleCursor(state: DashboardState, name: ListName, keys: readonly string[]) {
  const { cursor, index } = state.lists[name]
  if (name === 'events' && state.events.follows) return { cursor: keys.at(-1), index: Math.max(0, keys.length - 1) }
  if (cursor === undefined) return { cursor: keys[0], index: 0 }
  const place = keys.indexOf(cursor)
  return { cursor, index: place < 0 ? index : place }
}

/** The first row on the screen, moved no further than it must be. */
function settleTop(top: number, index: number, count: number, height: number): number {
  const last = Math.max(0, count - height)
  return Math.max(0, Math.min(last, Math.max(index - height + 1, Math.min(top, index))))
}
