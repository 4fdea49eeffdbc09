import { moveBy, moveTo } from './list.js'
import { pageLines } from './page-lines.js'
import { keysOf, shownList, shownPage, shownText } from './rows.js'
import { bodyRows, type DashboardState } from './state.js'

/** How far a key moves, in rows; `first` and `last` go all the way. */
export type Distance = number | 'first' | 'last'

/** Moves the cursor of the list, or the text of the page. */
export function move(state: DashboardState, distance: Distance): DashboardState {
  const name = shownList(state)
  if (name === undefined) return scrollPage(state, distance)
  if (distance === 'first') return moveTo(state, name, 0)
  if (distance === 'last') return moveTo(state, name, keysOf(state, name).length - 1)
  return moveBy(state, name, distance)
}

/** Where a text is after a move: its first line on the screen, and no emptiness below its end. */
export function scrolled(top: number, distance: Distance, lines: number, height: number): number {
  const last = Math.max(0, lines - height)
  if (distance === 'first') return 0
  if (distance === 'last') return last
  return Math.max(0, Math.min(last, top + distance))
}

function scrollPage(state: DashboardState, distance: Distance): DashboardState {
  const page = shownText(state)
  if (page === undefined) return state
  return withTop(state, scrolled(page.top, distance, pageLines(state).length, bodyRows(state.size)))
}

/** Scrolls to the section after the one at the top, or to the one before it. */
export function moveSection(state: DashboardState, by: 1 | -1): DashboardState {
  const page = shownPage(state)
  if (page?.kind !== 'job') return state
  const heads = pageLines(state).flatMap(({ section }, line) => (section === undefined ? [] : [line]))
  const next = by === 1 ? heads.find((line) => line > page.top) : (heads.findLast((line) => line < page.top) ?? 0)
  return next === undefined ? state : withTop(state, clampTop(state, next))
}

/** Scrolls to the traceback, or to the error where there is no traceback; undefined where there is neither. */
export function moveToTraceback(state: DashboardState): DashboardState | undefined {
  const lines = pageLines(state)
  const line = ['traceback', 'error'].map((name) => lines.findIndex(({ section }) => section === name))
  const found = line.find((index) => index >= 0)
  return found === undefined ? undefined : withTop(state, clampTop(state, found))
}

/** Keeps a page's text on the screen after the window or the text has changed. */
export function settlePage(state: DashboardState): DashboardState {
  const page = shownText(state)
  if (page === undefined || page.top === 0) return state
  const top = clampTop(state, page.top)
  return top === page.top ? state : withTop(state, top)
}

function clampTop(state: DashboardState, top: number): number {
  return scrolled(top, 0, pageLines(state).length, bodyRows(state.size))
}

function withTop(state: DashboardState, top: number): DashboardState {
  const page = shownText(state)
  if (page === undefined) return state
  return { ...state, pages: [...state.pages.slice(0, -1), { ...page, top }] }
}
