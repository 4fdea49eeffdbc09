import { ACTIONS } from './actions.js'
import { type Step, step } from './dashboard-event.js'
import { joinHeld } from './events-tail.js'
import { bindingOf, type Command, KEYMAP } from './keymap.js'
import { moveBy, withList } from './list.js'
import { loadsFor, showJobs } from './loads.js'
import { back, enter, goView, leave, openJob } from './navigate.js'
import { say } from './notices.js'
import { openFilter, openHelp, openPalette } from './open-dialog.js'
import { placeOf } from './place.js'
import { shownPlaces } from './place-tabs.js'
import { keysOf, shownList, shownPage } from './rows.js'
import { move, moveSection, moveToTraceback } from './scroll.js'
import { SORT_COLUMNS } from './sort.js'
import { bodyRows, type DashboardState, VIEWS } from './state.js'
import { copyShown, openShown } from './take-out.js'

/** Does what a key stands for here. */
export function pressKey(state: DashboardState, key: string): Step {
  const binding = bindingOf(placeOf(state), key)
  // A key says what came of it; what the one before said is over.
  return binding === undefined ? step(state) : runCommand({ ...state, notice: undefined }, binding.command, key)
}

/** Runs a command, whether a key or the palette gave it. */
export function runCommand(state: DashboardState, command: Command, key = ''): Step {
  const acts = KEYMAP.some((binding) => binding.command === command && binding.acts)
  if (acts && state.readOnly) return step(say(state, 'read-only: nothing can be changed from here', 'refused'))
  return COMMANDS[command](state, key)
}

type Run = (state: DashboardState, key: string) => Step

const COMMANDS: { readonly [Name in Command]: Run } = {
  ...ACTIONS,
  down: (state) => step(move(state, 1)),
  up: (state) => step(move(state, -1)),
  first: (state) => step(move(state, 'first')),
  last: (state) => step(move(state, 'last')),
  'page-down': (state) => step(move(state, bodyRows(state.size))),
  'page-up': (state) => step(move(state, -bodyRows(state.size))),
  'half-down': (state) => step(move(state, halfPage(state))),
  'half-up': (state) => step(move(state, -halfPage(state))),
  left: (state) => turn(state, -1),
  right: (state) => turn(state, 1),
  'next-view': (state) => turnView(state, 1),
  'previous-view': (state) => turnView(state, -1),
  'go-view': (state, key) => goView(state, VIEWS[Number(key) - 1] ?? state.view),
  enter,
  back: (state) => back(state) ?? step(state),
  quit: (state) => leave(state) ?? step(state, { kind: 'quit' }),
  exit: (state) => step(state, { kind: 'quit' }),
  filter: openFilter,
  palette: openPalette,
  help: openHelp,
  freeze,
  select,
  'select-all': selectAll,
  sort: sortByNext,
  reverse,
  copy: copyShown,
  open: openShown,
  traceback: showTraceback,
}

const halfPage = ({ size }: DashboardState): number => Math.max(1, Math.floor(bodyRows(size) / 2))

/** The jobs of the state beside this one; on a page, the section beside the one at the top. */
function turn(state: DashboardState, by: 1 | -1): Step {
  if (shownPage(state) !== undefined) return step(moveSection(state, by))
  const places = shownPlaces(state)
  const index = places.indexOf(state.jobs.place) + by + places.length
  const place = places[index % places.length] ?? state.jobs.place
  return showJobs(state, { place }, state.lists.jobs.filter)
}

function turnView(state: DashboardState, by: 1 | -1): Step {
  const index = VIEWS.indexOf(state.view) + by + VIEWS.length
  return goView(state, VIEWS[index % VIEWS.length] ?? state.view)
}

function freeze(state: DashboardState): Step {
  if (!state.frozen) return step({ ...state, frozen: true })
  const next = { ...state, frozen: false, events: joinHeld(state.events) }
  return step(next, ...loadsFor(next))
}

function select(state: DashboardState): Step {
  const name = shownList(state)
  const cursor = name && state.lists[name].cursor
  if (name === undefined || cursor === undefined || !keysOf(state, name).includes(cursor)) return step(state)
  const selected = new Set(state.lists[name].selected)
  if (!selected.delete(cursor)) selected.add(cursor)
  return step(moveBy(withList(state, name, { selected }), name, 1))
}

function selectAll(state: DashboardState): Step {
  const name = shownList(state)
  if (name === undefined) return step(state)
  const keys = keysOf(state, name)
  const isAll = keys.every((key) => state.lists[name].selected.has(key))
  return step(withList(state, name, { selected: new Set(isAll ? [] : keys) }))
}

/** By the column after the one it is sorted by; after the last, in the order that rows come in. */
function sortByNext(state: DashboardState): Step {
  const name = shownList(state)
  if (name === undefined) return step(state)
  const columns = SORT_COLUMNS[name].map(({ id }) => id)
  const column = columns[columns.indexOf(state.lists[name].sort?.column ?? '') + 1]
  return step(withList(state, name, { sort: column === undefined ? undefined : { column, reversed: false } }))
}

function reverse(state: DashboardState): Step {
  const name = shownList(state)
  const column = name && (state.lists[name].sort?.column ?? SORT_COLUMNS[name][0]?.id)
  if (name === undefined || column === undefined) return step(state)
  return step(withList(state, name, { sort: { column, reversed: !state.lists[name].sort?.reversed } }))
}

function showTraceback(state: DashboardState): Step {
  if (shownPage(state)?.kind === 'job') return step(moveToTraceback(state) ?? say(state, 'this job has no error'))
  const { cursor } = state.lists.jobs
  return cursor === undefined ? step(state) : openJob(state, cursor, 'traceback')
}
