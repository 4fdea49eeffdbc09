import { boolean, string } from '@oclif/core/flags'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { VIEWS } from '../tui/state.js'
import { THEME_NAMES } from '../tui/theme.js'
import { durationFlag } from './call-flags.js'

const LOOK = { helpGroup: 'LOOK' }
const PRINT = { helpGroup: 'WITHOUT A SCREEN' }

/** The flags of `taskq dashboard`. */
export const dashboardFlags = {
  refresh: string({ description: 'how often to look, at least every 200ms. Default: 1s', exclusive: ['snapshot'] }),
  'read-only': boolean({ description: 'show everything, change nothing' }),
  view: string({ description: 'begin with this view', options: [...VIEWS], default: VIEWS[0] }),
  theme: string({
    ...LOOK,
    description: `the colours. Default: ${THEME_NAMES[0]}`,
    options: [...THEME_NAMES],
    exclusive: ['no-color'],
  }),
  ascii: boolean({ ...LOOK, description: 'draw with letters alone. Default: where the terminal is not UTF-8' }),
  'no-color': boolean({ ...LOOK, description: 'draw without colours, as with NO_COLOR' }),
  snapshot: boolean({ ...PRINT, description: 'print what goes on now, and end', exclusive: ['json', 'watch'] }),
  watch: boolean({ ...PRINT, description: 'print a line of JSON at every look, until it is stopped' }),
} as const

/** Those flags, as they were given. */
export interface DashboardFlags {
  readonly refresh?: string | undefined
  readonly 'read-only': boolean
  readonly view: string
  readonly theme?: string | undefined
  readonly ascii: boolean
  readonly 'no-color': boolean
  readonly snapshot: boolean
  readonly watch: boolean
}

/** More would only keep the broker busy. */
const LEAST_REFRESH_MS = 200
const DEFAULT_REFRESH_MS = 1000

/** Reads `--refresh`. @throws TaskqError `TASKQ_USAGE` */
export function readRefresh(text: string | undefined): number {
  const ms = text === undefined ? DEFAULT_REFRESH_MS : durationFlag('--refresh', text)
  if (ms >= LEAST_REFRESH_MS) return ms
  const problem = { key: '--refresh', expected: `a duration of at least ${LEAST_REFRESH_MS}ms`, got: show(text) }
  throw new TaskqError('TASKQ_USAGE', formatProblem(problem))
}
