import type { ActionReport, DashboardAction, JobPage, Overview } from '../control/dashboard.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import type { WorkflowPage } from '../control/workflows/workflow-view.js'
import type { JobPlaceName } from '../engine/jobs/job-summary.js'
import type { LiveEvent } from '../events/live-event.js'
import type { Page } from './page.js'

/** All that is on the screen, as data. It changes by `update()` alone, and `renderFrame()` draws it. */
export interface DashboardState {
  /** Actions only say that they are off. */
  readonly readOnly: boolean
  readonly look: Look
  readonly size: Size
  /** Milliseconds since 1970, by this process's clock; told by events. */
  readonly nowMs: number
  readonly view: ViewName
  readonly lists: Readonly<Record<ListName, ListState>>
  /** What was entered, above the view's list; the last one is shown. */
  readonly pages: readonly Page[]
  /** Lies over everything and takes the keys. */
  readonly dialog: Dialog | undefined
  /** Undefined until the first has come. Stays while the broker is lost. */
  readonly overview: Overview | undefined
  /** When that came, as {@link nowMs}. */
  readonly readAtMs: number | undefined
  readonly jobs: JobsState
  readonly schedules: readonly ScheduleReport[] | undefined
  readonly workflows: WorkflowPage | undefined
  readonly events: EventTail
  readonly link: LinkState
  /** Refreshing rests: the screen stays as it is. */
  readonly frozen: boolean
  /** Actions that run now: what the line at the bottom says of them. */
  readonly running: readonly string[]
  /** What came of the last key or action. */
  readonly notice: Notice | undefined
}

/** How it is drawn. */
export interface Look {
  readonly theme: string
  /** The themes there are, for the palette. */
  readonly themes: readonly string[]
  readonly ascii: boolean
  readonly color: boolean
}

/** Of the terminal, in cells. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** The views, in the order of their digits. */
export const VIEWS = ['queues', 'tasks', 'jobs', 'workers', 'schedules', 'workflows', 'events'] as const

export type ViewName = (typeof VIEWS)[number]

/** What has rows and a cursor: each view, the slots of the worker and the parts of the workflow that were entered. */
export type ListName = ViewName | 'slots' | 'parts'

/** Where somebody is in a list. Rows are known by what they are (a queue's name, a job's id), never by where they are. */
export interface ListState {
  /** The row that keys act on. It may have left the list: then no row is marked, and actions ask to choose again. */
  readonly cursor: string | undefined
  /** Where that row was when it was last seen, from 0. */
  readonly index: number
  /** The first row on the screen, from 0. */
  readonly top: number
  /** Text that rows must hold. Jobs are searched in the broker. */
  readonly filter: string
  /** Undefined: the order in which they come. */
  readonly sort: { readonly column: string; readonly reversed: boolean } | undefined
  readonly selected: ReadonlySet<string>
}

/** Which jobs are shown, beside the text in the list's filter. */
export interface JobsState {
  readonly place: JobPlaceName
  readonly queue: string | undefined
  readonly task: string | undefined
  /** The view that led here: Esc goes back to it. */
  readonly cameFrom: ViewName | undefined
  /** What was found last. Undefined until it comes. */
  readonly page: JobPage | undefined
  /** Counts questions: an answer to an older one is dropped. */
  readonly asked: number
  /** The last question has no answer yet. */
  readonly loading: boolean
}

/** The last events, oldest first. */
export interface EventTail {
  readonly rows: readonly EventRow[]
  /** Came while refreshing rests; they follow when it goes on. */
  readonly held: readonly EventRow[]
  /** Events that never came here: more happened than anybody could read. */
  readonly dropped: number
  /** Shows the newest. Off while somebody has scrolled up. */
  readonly follows: boolean
  /** The broker has begun to tell of events, once at least. */
  readonly isHeard: boolean
  /** All that were seen, which numbers the next. */
  readonly seen: number
}

/** An event on the screen. */
export interface EventRow extends LiveEvent {
  /** What it is known by in its list. */
  readonly key: string
}

/** Whether the broker answers. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** What is on the screen is of before `sinceMs`. The next try comes at `retryAtMs`. */
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly retryAtMs: number; readonly problem: string }

/** One line for people. */
export interface Notice {
  readonly tone: 'info' | 'done' | 'refused' | 'error'
  readonly text: string
  /** For how many seconds more it stays. */
  readonly ticks: number
}

/** Text that is being typed. */
export interface TextInput {
  readonly text: string
  /** Where the next character goes, from 0, in UTF-16 units. */
  readonly at: number
}

/** What lies over the view. `filter` and `palette` are drawn in the bottom line, the others as a box. */
export type Dialog =
  /** Its text is `helpLines(state)`. */
  | { readonly kind: 'help'; readonly top: number }
  /** `y` does it, `n` and Esc do not. What it is done to was settled when it was asked. */
  | {
      readonly kind: 'confirm'
      readonly title: string
      readonly lines: readonly string[]
      readonly actions: readonly DashboardAction[]
    }
  | {
      readonly kind: 'prompt'
      readonly title: string
      /** What may be typed. */
      readonly hint: string
      readonly input: TextInput
      /** Why what was entered cannot be. */
      readonly problem: string | undefined
      readonly purpose: PromptPurpose
    }
  /** `before` comes back with Esc. */
  | { readonly kind: 'filter'; readonly input: TextInput; readonly before: string }
  | {
      readonly kind: 'palette'
      readonly input: TextInput
      /** What fits what was typed, best first; each completes it. */
      readonly matches: readonly PaletteMatch[]
      /** Which of them is marked, from 0. */
      readonly chosen: number
      readonly problem: string | undefined
    }
  /** What was refused, and why. */
  | { readonly kind: 'report'; readonly report: ActionReport; readonly top: number }

/** What a prompt's text is for. */
export type PromptPurpose =
  | { readonly kind: 'rate-limit'; readonly task: string }
  | { readonly kind: 'concurrency'; readonly ids: readonly string[] }

/** One offer of the palette. */
export interface PaletteMatch {
  /** What is run: `jobs dead`. */
  readonly command: string
  readonly title: string
}

/** Rows of the screen that are not the body: above it header, tabs of views, title, column heads; below notice, keys. */
export const FRAME_ROWS = Object.freeze({ above: 4, below: 2 })

/** How many rows of a list, or lines of a page, fit. */
export function bodyRows({ rows }: Size): number {
  return Math.max(1, rows - FRAME_ROWS.above - FRAME_ROWS.below)
}

/** How it begins. */
export interface InitialOptions {
  readonly readOnly: boolean
  readonly look: Look
  readonly size: Size
  readonly nowMs: number
  /** The first view. Default `queues`. */
  readonly view?: ViewName
}

const FRESH_LIST: ListState = {
  cursor: undefined,
  index: 0,
  top: 0,
  filter: '',
  sort: undefined,
  selected: new Set(),
}

/** The state before anything has come. */
export function initialState({ view = 'queues', ...given }: InitialOptions): DashboardState {
  const names: readonly ListName[] = [...VIEWS, 'slots', 'parts']
  return {
    ...given,
    view,
    lists: Object.fromEntries(names.map((name) => [name, FRESH_LIST])) as Record<ListName, ListState>,
    pages: [],
    dialog: undefined,
    overview: undefined,
    readAtMs: undefined,
    jobs: {
      place: 'active',
      queue: undefined,
      task: undefined,
      cameFrom: undefined,
      page: undefined,
      asked: 0,
      loading: false,
    },
    schedules: undefined,
    workflows: undefined,
    events: { rows: [], held: [], dropped: 0, follows: true, isHeard: false, seen: 0 },
    link: { kind: 'connecting' },
    frozen: false,
    running: [],
    notice: undefined,
  }
}
