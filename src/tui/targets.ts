import { labelWorkers } from '../control/worker-labels.js'
import { keyOf, rowAtCursor, rowsOf, shownList, shownPage, shownWorkflow } from './rows.js'
import type { RowOf } from './sort.js'
import type { DashboardState, ListName } from './state.js'

/** What an action is for, and how it is called in front of people. */
export interface Target {
  readonly id: string
  readonly name: string
}

/** The jobs that an action is for: of the page, those selected, or the one under the cursor. */
export function jobTargets(state: DashboardState): readonly Target[] {
  const page = shownPage(state)
  if (page?.kind === 'job') return [{ id: page.id, name: jobName(page.id, taskOf(page.detail)) }]
  const name = shownList(state)
  return name === 'jobs' || name === 'slots' ? chosen(state, name, ({ id, task }) => jobName(id, task)) : []
}

const taskOf = (detail: { readonly task: string } | 'missing' | undefined): string | undefined =>
  typeof detail === 'object' ? detail.task : undefined

/** The workflows that an action is for: of the page, those selected, or the one under the cursor. */
export function workflowTargets(state: DashboardState): readonly Target[] {
  const page = shownPage(state)
  if (page?.kind !== 'workflow') return chosen(state, 'workflows', ({ id, name }) => `${name} ${id}`)
  const name = shownWorkflow(state)?.name
  return [{ id: page.id, name: name === undefined ? page.id : `${name} ${page.id}` }]
}

/** The workers that an action is for: of the page, those selected, or the one under the cursor. */
export function workerTargets(state: DashboardState): readonly Target[] {
  const workers = state.overview?.workers ?? []
  const labels = labelWorkers(workers)
  const page = shownPage(state)
  if (page?.kind !== 'worker') return chosen(state, 'workers', ({ id, name }) => labels.get(id) ?? name)
  const name = labels.get(page.id)
  return name === undefined ? [] : [{ id: page.id, name }]
}

/** The rows that are selected and there, or else the one under the cursor. */
export function chosenRows<Name extends ListName>(state: DashboardState, name: Name): readonly RowOf[Name][] {
  const { selected } = state.lists[name]
  if (selected.size > 0) return rowsOf(state, name).filter((row) => selected.has(keyOf(name, row)))
  const row = rowAtCursor(state, name)
  return row === undefined ? [] : [row]
}

/** What is selected, whether it is still in the list or not; or else the row under the cursor. */
function chosen<Name extends ListName>(
  state: DashboardState,
  name: Name,
  nameOf: (row: RowOf[Name]) => string,
): readonly Target[] {
  const { cursor, selected } = state.lists[name]
  const names = new Map(rowsOf(state, name).map((row) => [keyOf(name, row), nameOf(row)]))
  const atCursor = cursor !== undefined && names.has(cursor) ? [cursor] : []
  return (selected.size > 0 ? [...selected] : atCursor).map((id) => ({ id, name: names.get(id) ?? id }))
}

const jobName = (id: string, task: string | undefined): string => (task === undefined ? id : `${task} ${id}`)
