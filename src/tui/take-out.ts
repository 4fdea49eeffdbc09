import { type Step, step } from './dashboard-event.js'
import { sayGone } from './navigate.js'
import { rowAtCursor, shownList, shownPage } from './rows.js'
import type { DashboardState, ListName } from './state.js'

/** Copies what the page, the selected rows or the row under the cursor are known by. */
export function copyShown(state: DashboardState): Step {
  const text = namesOf(state)
  return text === '' ? step(state) : step(state, { kind: 'copy', text })
}

function namesOf(state: DashboardState): string {
  const page = shownPage(state)
  if (page?.kind === 'job') return page.id
  if (page?.kind === 'schedule') return page.name
  if (page?.kind === 'workflow') return rowAtCursor(state, 'parts')?.id ?? page.id
  const name = shownList(state) ?? state.view
  const { cursor = '', selected } = state.lists[name]
  if (name === 'events') return eventName(state)
  if (name === 'workers') return workerNames(state, selected.size > 0 ? [...selected] : [cursor])
  return selected.size > 0 ? [...selected].join('\n') : cursor
}

function eventName(state: DashboardState): string {
  const row = rowAtCursor(state, 'events')
  return row?.id ?? row?.worker ?? ''
}

/** People know workers by name; where several have it, only the id tells which is meant. */
function workerNames({ overview }: DashboardState, ids: readonly string[]): string {
  const workers = overview?.workers ?? []
  const nameOf = (id: string): string => {
    const name = workers.find((worker) => worker.id === id)?.name
    const isOne = workers.filter((worker) => worker.name === name).length === 1
    return name !== undefined && isOne ? name : id
  }
  return ids.map(nameOf).join('\n')
}

const JOB_LISTS: readonly ListName[] = ['jobs', 'slots']

/** Opens what is shown, or what the cursor is on, in the pager. */
export function openShown(state: DashboardState): Step {
  const page = shownPage(state)
  if (page?.kind === 'job') return step(state, { kind: 'open-job', id: page.id })
  if (page?.kind === 'schedule')
    return openValue(
      state,
      state.schedules?.find(({ name }) => name === page.name),
    )
  const name = shownList(state) ?? state.view
  const { cursor } = state.lists[name]
  if (cursor === undefined) return step(state)
  if (JOB_LISTS.includes(name)) return step(state, { kind: 'open-job', id: cursor })
  return openValue(state, rowAtCursor(state, name))
}

function openValue(state: DashboardState, value: unknown): Step {
  return value === undefined ? sayGone(state) : step(state, { kind: 'open-value', value })
}
