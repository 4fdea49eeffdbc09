import type { JobState } from '../task/job-state.js'
import { partOf } from '../task/names.js'
import { nameOfKey } from './help-lines.js'
import { bindingsAt, type Command, type KeyBinding, type Place } from './keymap.js'
import { back } from './navigate.js'
import { placeOf } from './place.js'
import { rowsOf, shownList, shownPage, shownWorkflow, workflowRows } from './rows.js'
import type { DashboardState } from './state.js'

/** A key in the line at the bottom. */
export interface FooterKey {
  readonly key: string
  readonly title: string
  readonly dangerous: boolean
}

/**
 * The keys that matter most here, those first that lead somewhere. What could only be refused is left out: what is not
 * for jobs of this state, what needs a row where there is none, what changes something where nothing may be changed.
 */
export function footerKeys(state: DashboardState): readonly FooterKey[] {
  const place = placeOf(state)
  const offered = bindingsAt(place).filter((binding) => binding.label !== undefined && isOffered(state, binding))
  const first = FIRST[place].flatMap((command) => offered.filter((binding) => binding.command === command))
  const others = offered.filter((binding) => !first.includes(binding))
  return [...first, ...others].map(({ keys, label = '', shown, dangerous = false }) => ({
    ...{ key: shown ?? nameOfKey(keys[0]), title: label, dangerous },
  }))
}

const JOB_KEYS: readonly Command[] = ['retry', 'retry-all', 'promote', 'revoke', 'delete']
const WORKER_KEYS: readonly Command[] = ['grow', 'shrink', 'concurrency', 'shutdown']

/** What comes first in each place; the others follow as the keymap has them. */
const FIRST: Readonly<Record<Place, readonly Command[]>> = {
  queues: ['enter', 'pause', 'back', 'filter', 'select', 'sort'],
  tasks: ['enter', 'rate-limit', 'back', 'filter', 'sort'],
  jobs: ['right', 'enter', 'back', 'filter', ...JOB_KEYS, 'select'],
  job: ['back', 'right', 'enter', ...JOB_KEYS, 'traceback'],
  workers: ['enter', ...WORKER_KEYS, 'back', 'filter', 'select'],
  slots: ['enter', 'back', 'revoke', ...WORKER_KEYS],
  schedules: ['enter', 'run-now', 'pause', 'back', 'filter', 'select'],
  schedule: ['back', 'enter', 'run-now', 'pause'],
  workflows: ['enter', 'retry', 'revoke', 'back', 'filter', 'select', 'sort'],
  parts: ['back', 'enter', 'retry', 'revoke', 'filter'],
  events: ['enter', 'freeze', 'back', 'filter'],
}

function isOffered(state: DashboardState, { command, acts }: KeyBinding): boolean {
  if (acts && state.readOnly) return false
  if (command === 'back') return back(state) !== undefined
  if (!mayHelp(state, command)) return false
  if (command === 'rate-limit') return hasLimits(state)
  if (command === 'enter') return mayEnter(state)
  if (command === 'retry-all') return mayMatch(state)
  return !FOR_ROWS.has(command) || hasRows(state)
}

/** Whether what is shown may be in a state that a command is for. */
function mayHelp(state: DashboardState, command: Command): boolean {
  const place = placeOf(state)
  if (place === 'workflows' || place === 'parts') return mayHelpWorkflow(state, command)
  const jobStates = FOR_STATES[command]
  return jobStates === undefined || hasJobIn(state, jobStates)
}

function mayHelpWorkflow(state: DashboardState, command: Command): boolean {
  const shown = shownWorkflow(state)
  const workflows = shownPage(state) === undefined ? workflowRows(state) : shown === undefined ? [] : [shown]
  if (command === 'revoke') return workflows.some((workflow) => workflow.state === 'running')
  return command !== 'retry' || workflows.some((workflow) => workflow.failed > 0 && workflow.state !== 'revoked')
}

/** What is refused for jobs of other states. */
const FOR_STATES: { readonly [Name in Command]?: readonly JobState[] } = {
  retry: ['dead', 'failed', 'revoked'],
  'retry-all': ['dead'],
  promote: ['scheduled', 'retrying'],
  revoke: ['active', 'queued', 'scheduled', 'retrying', 'blocked'],
  delete: ['queued', 'scheduled', 'retrying', 'blocked', 'succeeded', 'dead', 'failed', 'revoked', 'expired'],
  traceback: ['dead', 'failed', 'retrying'],
}

/** Whether the job that is shown, or those that are listed, may be in one of these states. */
function hasJobIn(state: DashboardState, states: readonly JobState[]): boolean {
  const page = shownPage(state)
  if (page?.kind === 'worker') return states.includes('active')
  if (page?.kind !== 'job') return states.includes(state.jobs.place)
  return typeof page.detail === 'object' && states.includes(page.detail.state)
}

/** Whether some job is listed, or there may be one among those that were not looked at. */
function mayMatch({ jobs: { page } }: DashboardState): boolean {
  return page === undefined || page.rows.length > 0 || page.searched < page.total
}

/** Of the pages of jobs, those of a workflow's parts lead somewhere. */
function mayEnter(state: DashboardState): boolean {
  const page = shownPage(state)
  return page?.kind === 'job' ? partOf(page.id) !== undefined : hasRows(state)
}

const hasLimits = ({ overview }: DashboardState): boolean =>
  overview?.queues.some(({ limits }) => limits.length > 0) ?? false

/** What is done to rows. */
const FOR_ROWS: ReadonlySet<Command> = new Set<Command>([
  ...['select', 'sort', 'copy', 'open', 'traceback', 'retry', 'promote', 'revoke', 'delete'],
  ...['pause', 'run-now', 'rate-limit'],
] as Command[])

function hasRows(state: DashboardState): boolean {
  const name = shownList(state)
  return name === undefined || rowsOf(state, name).length > 0
}
