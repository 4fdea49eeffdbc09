import { JOB_PLACES, type JobPlaceName } from '../engine/jobs/job-summary.js'
import { formatCount } from './amounts.js'
import { lineWidth, type Span, span } from './line.js'
import type { DashboardState } from './state.js'

/** Cells for the name of the queue or task whose jobs are shown: where there is room, and where there is little. */
const NAME_WIDTHS = [40, 16] as const

/**
 * The places of jobs with how many each holds, of the queue that was chosen or of all. How many are of one task nobody
 * counts. Where not all of it fits, whole counts go first, then the places farthest from the one that is shown.
 */
export function placeTabs({ jobs, overview }: DashboardState, columns: number): readonly Span[] {
  const queues = overview?.queues.filter(({ queue }) => jobs.queue === undefined || queue === jobs.queue)
  const counts = jobs.task === undefined ? queues : undefined
  const tabs = shownPlaces({ jobs, overview }).map((place): Tab => {
    const count = counts?.reduce((sum, queue) => sum + queue[place], 0)
    return { place, count: count === undefined ? '' : ` ${formatCount(count)}`, isShown: place === jobs.place }
  })
  const chosen = [jobs.queue, jobs.task].filter((name) => name !== undefined)
  const choices = [tabs, tabs.map((tab) => (tab.isShown ? tab : { ...tab, count: '' }))].flatMap((some) =>
    NAME_WIDTHS.map((width) => [...draw(some, false), ...names(chosen, width)]),
  )
  const fits = (spans: readonly Span[]): boolean => lineWidth({ spans }) <= columns
  return choices.find(fits) ?? drawNearest(tabs, names(chosen, NAME_WIDTHS[1]), fits)
}

/** Hardly any job waits for the end of another: that place is shown where one does. */
export function shownPlaces({ jobs, overview }: Pick<DashboardState, 'jobs' | 'overview'>): readonly JobPlaceName[] {
  const isBlocked = jobs.place === 'blocked' || overview?.queues.some(({ blocked }) => blocked > 0)
  return isBlocked ? JOB_PLACES : JOB_PLACES.filter((place) => place !== 'blocked')
}

interface Tab {
  readonly place: JobPlaceName
  readonly count: string
  readonly isShown: boolean
}

const names = (chosen: readonly string[], width: number): readonly Span[] =>
  chosen.map((name) => span(` of ${name.slice(0, 100)}`, 'accent', width))

function draw(tabs: readonly Tab[], isCut: boolean): readonly Span[] {
  const spans = tabs.map(({ place, count, isShown }) =>
    isShown ? span(`[${place}${count}]`, 'tab') : span(` ${place}${isCut ? '' : count} `),
  )
  if (!isCut) return spans
  const before = tabs[0]?.place === JOB_PLACES[0] ? [] : [span('…')]
  const after = tabs.at(-1)?.place === JOB_PLACES.at(-1) ? [] : [span('…')]
  return [...before, ...spans, ...after]
}

/** The shown place with as many of its neighbours as fit. */
function drawNearest(
  tabs: readonly Tab[],
  end: readonly Span[],
  fits: (spans: readonly Span[]) => boolean,
): readonly Span[] {
  let kept = tabs
  for (;;) {
    const spans = [...draw(kept, true), ...end]
    if (kept.length === 1 || fits(spans)) return spans
    const at = kept.findIndex(({ isShown }) => isShown)
    kept = at > kept.length - 1 - at ? kept.slice(1) : kept.slice(0, -1)
  }
}
