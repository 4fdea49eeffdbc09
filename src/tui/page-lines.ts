import { partOf } from '../task/names.js'
import { wrapText } from './clean-text.js'
import type { PageLine } from './page-line.js'
import { shownText } from './rows.js'
import type { DashboardState } from './state.js'
import { jobPageLines } from './views/job-page.js'
import { schedulePageLines } from './views/schedule-page.js'

/** Cells beside the text. */
const MARGINS = 2

/**
 * The text of the job's or schedule's page that was entered last, safe, and wrapped to the screen's width; nothing
 * where a list is shown. What does not change is made once: keys that scroll and the frame after them ask for the same.
 */
export function pageLines(state: DashboardState): readonly PageLine[] {
  const page = shownText(state)
  const width = Math.max(20, state.size.columns - MARGINS)
  if (page === undefined) return []
  if (page.kind === 'schedule') {
    const report = state.schedules?.find(({ name }) => name === page.name)
    if (report === undefined)
      return says(state.schedules === undefined ? 'Reading…' : 'There is no such entry any more.')
    return remembered(report, width, () => schedulePageLines(report, width))
  }
  const { detail } = page
  if (detail === undefined) return says('Reading…')
  if (detail === 'missing') return wrapText(missingText(page.id), width, 4).flatMap(says)
  return remembered(detail, width, () => jobPageLines(detail, width))
}

function missingText(id: string): string {
  if (partOf(id) === undefined) return 'There is no such job any more: it was deleted, or its time is over.'
  return 'There is no job of this part: its turn has not come, it never ran, or its time is over.'
}

const says = (text: string): readonly PageLine[] => [{ text, tone: 'faint' }]

interface Memory {
  readonly width: number
  readonly lines: readonly PageLine[]
}

const memories = new WeakMap<object, Memory>()

function remembered(of: object, width: number, make: () => readonly PageLine[]): readonly PageLine[] {
  const memory = memories.get(of)
  if (memory?.width === width) return memory.lines
  const lines = unlessBroken(make)
  memories.set(of, { width, lines })
  return lines
}

/** A broken record costs its page, and not the dashboard. */
function unlessBroken(make: () => readonly PageLine[]): readonly PageLine[] {
  try {
    return make()
  } catch (error) {
    return [{ text: `! This page cannot be shown: ${(error as Error).message}`, tone: 'error' }]
  }
}
