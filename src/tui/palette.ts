import { JOB_PLACES } from '../engine/jobs/job-summary.js'
import { bindingsAt, type Command } from './keymap.js'
import { placeOf } from './place.js'
import { type DashboardState, type PaletteMatch, VIEWS } from './state.js'

/** How many are offered at once. */
const OFFERED = 8

/** What fits what was typed: first what begins with it, then what holds it. */
export function matchesOf(state: DashboardState, typed: string): readonly PaletteMatch[] {
  const wanted = typed.trimStart().toLowerCase()
  const offers = offersOf(state, wanted, typed.trim())
  const begin = offers.filter(({ command }) => command.toLowerCase().startsWith(wanted))
  const hold = offers.filter(
    ({ command, title }) =>
      !command.toLowerCase().startsWith(wanted) && `${command} ${title}`.toLowerCase().includes(wanted),
  )
  return [...begin, ...hold].slice(0, OFFERED)
}

function offersOf(state: DashboardState, wanted: string, typed: string): readonly PaletteMatch[] {
  const place = JOB_PLACES.find((each) => wanted.startsWith(`jobs ${each} `))
  const queues = (state.overview?.queues ?? []).map(({ queue }) => queue)
  if (place !== undefined)
    return queues.map((queue) => ({ command: `jobs ${place} ${queue}`, title: `${place} jobs of this queue` }))
  return [
    ...VIEWS.map((view) => ({ command: view, title: 'show this view' })),
    ...JOB_PLACES.map((each) => ({ command: `jobs ${each}`, title: `show ${each} jobs` })),
    ...keyOffers(state),
    { command: 'quit', title: 'leave the dashboard' },
    ...queues.map((queue) => ({ command: `queue ${queue}`, title: 'jobs of this queue' })),
    ...(state.overview?.tasks ?? []).map(({ task }) => ({ command: `task ${task}`, title: 'jobs of this task' })),
    ...state.look.themes.map((theme) => ({ command: `theme ${theme}`, title: 'colours' })),
    ...(wanted.startsWith('workflow ') ? [{ command: typed, title: 'all of this workflow' }] : []),
    ...(wanted.startsWith('job ') ? [{ command: typed, title: 'all of this job' }] : []),
  ]
}

/** What the keys here do, by name. */
function keyOffers(state: DashboardState): readonly PaletteMatch[] {
  return bindingsAt(placeOf(state))
    .filter(({ group }) => group === 'Do' || group === 'Lists' || group === 'Screen')
    .filter(({ command }) => !NOT_TYPED.includes(command))
    .map(({ command, title, keys }) => ({ command, title: `${title} (${keys[0]})` }))
}

const NOT_TYPED: readonly Command[] = ['palette', 'quit', 'exit']
