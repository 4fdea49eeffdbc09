import { JOB_PLACES } from '../engine/jobs/job-summary.js'
import { didYouMean, nearest } from '../errors/nearest.js'
import { formatProblem, show } from '../errors/problems.js'
import { runCommand } from './commands.js'
import { type Step, step } from './dashboard-event.js'
import { bindingsAt } from './keymap.js'
import { showJobs } from './loads.js'
import { applyFilter, busyPlace, goView, jobsOfTask, openJob, openWorkflow } from './navigate.js'
import { placeOf } from './place.js'
import { shownList } from './rows.js'
import { type DashboardState, VIEWS } from './state.js'

/** Does what was typed; or says why it cannot be done. */
export function runTyped(state: DashboardState, typed: string): Step | { readonly problem: string } {
  const text = typed.trim()
  const word = text.split(/\s/, 1)[0] ?? ''
  const rest = text.slice(word.length).trim()
  const isWithName = rest !== '' && word in WITH_NAME
  if (isWithName) return WITH_NAME[word as keyof typeof WITH_NAME](state, rest)
  return runWord(state, text) ?? unknownCommand(state, text)
}

type Outcome = Step | { readonly problem: string }

/** Commands that are told what for. */
const WITH_NAME = {
  jobs: (state: DashboardState, rest: string): Outcome => showJobsOf(state, rest),
  queue: (state: DashboardState, name: string): Outcome => {
    const row = state.overview?.queues.find(({ queue }) => queue === name)
    if (row === undefined)
      return unknownName(
        'queue',
        name,
        state.overview?.queues.map(({ queue }) => queue),
      )
    return showJobs(state, { place: busyPlace(row), queue: name, task: undefined, cameFrom: undefined })
  },
  task: (state: DashboardState, name: string): Outcome => {
    const row = state.overview?.tasks.find(({ task }) => task === name)
    if (row === undefined) {
      const known = state.overview?.tasks.map(({ task }) => task)
      return unknownName('task', name, known)
    }
    return showJobs(state, { ...jobsOfTask(state, row), cameFrom: undefined })
  },
  job: (state: DashboardState, id: string): Outcome => openJob(state, id),
  workflow: (state: DashboardState, id: string): Outcome => openWorkflow(state, id),
  theme: (state: DashboardState, theme: string): Outcome => {
    const { themes } = state.look
    if (!themes.includes(theme)) return unknownName('theme', theme, themes)
    return step({ ...state, look: { ...state.look, theme } })
  },
  filter: (state: DashboardState, text: string): Outcome => {
    const name = shownList(state)
    return name === undefined ? { problem: 'there is no list to filter here' } : applyFilter(state, name, text)
  },
}

/** `dead emails`: the place, and a queue, a task, or a text that jobs hold. */
function showJobsOf(state: DashboardState, rest: string): Step {
  const place = JOB_PLACES.find((each) => rest === each || rest.startsWith(`${each} `))
  const what = place === undefined ? rest : rest.slice(place.length).trim()
  const isQueue = state.overview?.queues.some(({ queue }) => queue === what) ?? false
  const isTask = !isQueue && (state.overview?.tasks.some(({ task }) => task === what) ?? false)
  const change = {
    place: place ?? state.jobs.place,
    queue: isQueue ? what : undefined,
    task: isTask ? what : undefined,
    cameFrom: undefined,
  }
  return showJobs(state, change, isQueue || isTask ? '' : what)
}

function runWord(state: DashboardState, word: string): Step | undefined {
  const view = VIEWS.find((each) => each === word)
  if (view !== undefined) return goView(state, view)
  if (word === 'q') return step(state, { kind: 'quit' })
  if (word === 'quit') return step(state, { kind: 'quit' })
  const binding = bindingsAt(placeOf(state)).find(({ command }) => command === word)
  return binding && runCommand(state, binding.command)
}

function unknownCommand(state: DashboardState, word: string): { readonly problem: string } {
  const words = [
    ...VIEWS,
    ...Object.keys(WITH_NAME),
    'quit',
    ...bindingsAt(placeOf(state)).map(({ command }) => command),
  ]
  return { problem: `there is no command ${show(word)} here${didYouMean(word, words)}` }
}

function unknownName(key: string, name: string, known: readonly string[] = []): { readonly problem: string } {
  const meant = nearest(name, known)
  const problem = {
    key,
    expected: `the name of a ${key}`,
    got: show(name),
    ...(meant !== undefined && { nearest: meant }),
  }
  return { problem: formatProblem(problem) }
}
