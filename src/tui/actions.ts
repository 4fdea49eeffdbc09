import type { DashboardAction, JobPage, JobVerb } from '../control/dashboard.js'
import { formatWhole } from './amounts.js'
import { type Effect, type Step, step } from './dashboard-event.js'
import type { ActionCommand } from './keymap.js'
import { withList } from './list.js'
import { jobFilterOf } from './loads.js'
import { sayGone } from './navigate.js'
import { say } from './notices.js'
import { placeOf } from './place.js'
import { askConcurrency, askRateLimit } from './prompts.js'
import { rowsOf, shownList, shownPage } from './rows.js'
import type { RowOf } from './sort.js'
import type { DashboardState } from './state.js'
import { chosenRows, jobTargets, type Target, workerTargets, workflowTargets } from './targets.js'

/** What each key that changes something begins. */
export const ACTIONS: { readonly [Name in ActionCommand]: (state: DashboardState) => Step } = {
  retry: (state) =>
    isAtWorkflows(state)
      ? forWorkflows(state, (ids) => act(state, [{ kind: 'workflows', verb: 'retry', ids }]))
      : forJobs(state, (ids) => act(state, jobAction('retry', ids))),
  promote: (state) => forJobs(state, (ids) => act(state, jobAction('promote', ids))),
  revoke: (state) =>
    isAtWorkflows(state)
      ? forWorkflows(state, (ids, targets) => confirmRevoke(state, ids, targets))
      : forJobs(state, (ids, targets) => confirmJobs(state, 'revoke', 'Revoke', ids, targets)),
  delete: (state) => forJobs(state, (ids, targets) => confirmJobs(state, 'delete', 'Delete', ids, targets)),
  'retry-all': confirmRetryAll,
  pause: pauseOrResume,
  'run-now': confirmRuns,
  'rate-limit': askRateLimit,
  grow: (state) => forWorkers(state, (ids) => act(state, [workerAction({ name: 'pool-grow', by: 1 }, ids)])),
  shrink: (state) => forWorkers(state, (ids) => act(state, [workerAction({ name: 'pool-shrink', by: 1 }, ids)])),
  concurrency: (state) => forWorkers(state, (ids, targets) => askConcurrency(state, ids, targets)),
  shutdown: (state) =>
    forWorkers(state, (ids, targets) =>
      confirm(
        state,
        `Shut ${count(ids.length, 'worker')} down? Jobs that run may end first.`,
        targets.map(({ name }) => name),
        [workerAction({ name: 'shutdown' }, ids)],
      ),
    ),
}

/** Does it. What was selected is done with. */
export function act(state: DashboardState, actions: readonly DashboardAction[]): Step {
  const effects = actions.map((action): Effect => ({ kind: 'act', action, label: labelOf(action) }))
  const name = shownList(state)
  const next = name === undefined ? state : withList(state, name, { selected: new Set() })
  const running = [...state.running, ...actions.map(labelOf)]
  return step({ ...next, dialog: undefined, notice: undefined, running }, ...effects)
}

/** How many names a confirmation shows. */
const NAMED = 10

/** Asks first. What it is for is settled now: rows that come later are not meant. */
function confirm(
  state: DashboardState,
  title: string,
  names: readonly string[],
  actions: readonly DashboardAction[],
): Step {
  const more = names.length - NAMED
  const lines = [...names.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])]
  return step({ ...state, notice: undefined, dialog: { kind: 'confirm', title, lines, actions } })
}

type ForTargets = (ids: readonly string[], targets: readonly Target[]) => Step

function forJobs(state: DashboardState, then: ForTargets): Step {
  return forTargets(state, jobTargets(state), 'job', then)
}

function forWorkers(state: DashboardState, then: ForTargets): Step {
  return forTargets(state, workerTargets(state), 'worker', then)
}

function forWorkflows(state: DashboardState, then: ForTargets): Step {
  return forTargets(state, workflowTargets(state), 'workflow', then)
}

function isAtWorkflows(state: DashboardState): boolean {
  const place = placeOf(state)
  return place === 'workflows' || place === 'parts'
}

function forTargets(state: DashboardState, targets: readonly Target[], what: string, then: ForTargets): Step {
  if (targets.length > 0)
    return then(
      targets.map(({ id }) => id),
      targets,
    )
  return nothingChosen(state, what)
}

function nothingChosen(state: DashboardState, what: string): Step {
  const name = shownList(state)
  const isEmpty = name !== undefined && rowsOf(state, name).length === 0
  return isEmpty ? step(say(state, `there is no ${what} here`)) : sayGone(state)
}

const jobAction = (verb: JobVerb, ids: readonly string[]): readonly DashboardAction[] => [{ kind: 'jobs', verb, ids }]

const workerAction = (
  command: Extract<DashboardAction, { kind: 'workers' }>['command'],
  ids: readonly string[],
): DashboardAction => ({ kind: 'workers', command, ids })

function confirmJobs(
  state: DashboardState,
  verb: JobVerb,
  title: string,
  ids: readonly string[],
  targets: readonly Target[],
): Step {
  const names = targets.map(({ name }) => name)
  return confirm(state, `${title} ${count(ids.length, 'job')}?`, names, jobAction(verb, ids))
}

function confirmRevoke(state: DashboardState, ids: readonly string[], targets: readonly Target[]): Step {
  const names = targets.map(({ name }) => name)
  const title = `Revoke ${count(ids.length, 'workflow')}? What has not run never runs.`
  return confirm(state, title, names, [{ kind: 'workflows', verb: 'revoke', ids }])
}

function confirmRetryAll(state: DashboardState): Step {
  const { place, page, loading } = state.jobs
  if (place !== 'dead') return step(say(state, 'only dead jobs can be run again: press h or l until they are shown'))
  if (page === undefined || loading) return step(say(state, 'the jobs are still being counted: once more, please'))
  const { rows, searched, total } = page
  if (rows.length === 0 && searched === total) return step(say(state, 'no dead job matches'))
  const filter = jobFilterOf(state)
  const isAll = filter.text === undefined && filter.task === undefined
  const title = isAll ? `Run ${formatWhole(total)} dead ${total === 1 ? 'job' : 'jobs'} again?` : MATCHING
  const lines = [
    ...describeFilter(filter),
    ...(isAll ? [] : [foundText(page)]),
    'Those that were revoked are left alone.',
  ]
  return confirm(state, title, lines, [{ kind: 'retry-matching', filter }])
}

const MATCHING = 'Run all dead jobs that match again?'

/** The list ends somewhere; what is done to all that match does not. */
function foundText({ rows, searched, total }: JobPage): string {
  const count = rows.length === 0 ? 'none' : formatWhole(rows.length)
  if (searched === total) return `${count} found`
  return `${count} found among the first ${formatWhole(searched)} of ${formatWhole(total)}: all are searched`
}

function describeFilter({ queue, task, text }: ReturnType<typeof jobFilterOf>): readonly string[] {
  return [
    ...(queue === undefined ? [] : [`queue ${queue}`]),
    ...(task === undefined ? [] : [`task ${task}`]),
    ...(text === undefined ? [] : [`that hold "${text}"`]),
  ]
}

function pauseOrResume(state: DashboardState): Step {
  if (shownPage(state) === undefined && state.view === 'queues') {
    const rows = chosenRows(state, 'queues').map(({ queue, paused }) => ({ name: queue, paused }))
    return pauseThese(state, 'queue', rows, (verb, queue) => ({ kind: 'queue', verb, queue }))
  }
  return pauseThese(state, 'schedule', chosenSchedules(state), (verb, name) => ({ kind: 'schedule', verb, name }))
}

/** Pauses those that are not paused; where all are, resumes them. Only pausing asks. */
function pauseThese(
  state: DashboardState,
  what: string,
  rows: readonly { readonly name: string; readonly paused: boolean }[],
  toAction: (verb: 'pause' | 'resume', name: string) => DashboardAction,
): Step {
  if (rows.length === 0) return nothingChosen(state, what)
  const names = rows.filter(({ paused }) => !paused).map(({ name }) => name)
  if (names.length === 0)
    return act(
      state,
      rows.map(({ name }) => toAction('resume', name)),
    )
  const actions = names.map((name) => toAction('pause', name))
  return confirm(state, `Pause ${count(names.length, what)}?`, names, actions)
}

function chosenSchedules(state: DashboardState): readonly RowOf['schedules'][] {
  const page = shownPage(state)
  if (page?.kind !== 'schedule') return chosenRows(state, 'schedules')
  return (state.schedules ?? []).filter(({ name }) => name === page.name)
}

function confirmRuns(state: DashboardState): Step {
  const names = chosenSchedules(state).map(({ name }) => name)
  if (names.length === 0) return nothingChosen(state, 'schedule')
  const actions = names.map((name): DashboardAction => ({ kind: 'schedule', verb: 'run', name }))
  return confirm(state, `Run ${count(names.length, 'schedule')} now?`, names, actions)
}

function labelOf(action: DashboardAction): string {
  switch (action.kind) {
    case 'jobs':
      return `${action.verb} ${count(action.ids.length, 'job')}`
    case 'workflows':
      return `${action.verb} ${count(action.ids.length, 'workflow')}`
    case 'retry-matching':
      return 'retry all that match'
    case 'queue':
      return `${action.verb} ${action.queue}`
    case 'rate-limit':
      return `rate limit of ${action.task}`
    case 'workers':
      return `${action.command.name} ${count(action.ids.length, 'worker')}`
    case 'schedule':
      return `${action.verb} ${action.name}`
  }
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
