import type { WorkflowRow, WorkflowState } from '../../control/workflows/workflow-view.js'
import type { JobState } from '../../task/job-state.js'
import { formatAge, formatCount } from '../amounts.js'
import type { Cell, Column } from '../table.js'
import type { Theme } from '../theme.js'
import type { Tone } from '../theme-colors.js'
import { type DrawContext, glyphOfState, head, since, tailOf, toneOfState, toneUnlessZero } from './draw-context.js'

/** The table of workflows. */
export function workflowColumns(context: DrawContext): readonly Column<WorkflowRow>[] {
  const { theme } = context
  return [
    { id: 'name', title: 'workflow', width: 14, grow: 3, max: 60, rank: 0, cell: ({ name }) => name },
    { id: 'state', title: 'state', width: 11, rank: 1, cell: ({ state }) => signedOf(state, theme) },
    {
      id: 'progress',
      title: 'progress',
      width: 10,
      grow: 2,
      max: 24,
      rank: 2,
      cell: (row, width) => [progressBar(row, width, theme), barTone(row)],
    },
    { id: 'jobs', title: 'jobs', width: 9, align: 'right', rank: 0, cell: ({ done, total }) => shareOf(done, total) },
    {
      id: 'failed',
      title: 'failed',
      width: 6,
      align: 'right',
      rank: 3,
      cell: ({ failed }) => [formatCount(failed), toneUnlessZero(failed, 'bad')],
    },
    {
      id: 'age',
      title: 'age',
      width: 4,
      align: 'right',
      rank: 1,
      cell: (row) => formatAge(since(row.createdAt, context)),
    },
    { id: 'took', title: 'took', width: 5, align: 'right', rank: 5, cell: tookOf },
    { id: 'id', title: 'id', width: 9, grow: 1, max: 24, rank: 6, cell: ({ id }, width) => [tailOf(id, width), 'dim'] },
    { id: 'cause', title: 'why', width: 10, grow: 3, rank: 4, cell: whyOf },
  ]
}

/** How a workflow stands, in words: its state and how many of its jobs are done. */
export function standingOf({ state, done, failed, total }: WorkflowRow, theme: Theme): readonly [string, Tone] {
  const [text, tone] = signedOf(state, theme)
  return [`${text}  ${shareOf(done, total)}${failed === 0 ? '' : `, ${formatCount(failed)} failed`}`, tone]
}

/** As that of a job in the same state. */
const AS_JOB: ReadonlyMap<WorkflowState, JobState> = new Map([['running', 'active']])

function signedOf(state: WorkflowState, theme: Theme): readonly [string, Tone] {
  const asJob = AS_JOB.get(state) ?? (state as JobState)
  return [`${glyphOfState(asJob, theme)} ${head(state)}`, toneOfState(asJob)]
}

const shareOf = (done: number, total: number): string => `${formatCount(done)}/${formatCount(total)}`

/** A bar that is full once all is done. What is not done never looks so. */
function progressBar({ done, total }: WorkflowRow, width: number, { glyphs }: Theme): string {
  const share = total > 0 ? Math.max(0, Math.min(1, done / total)) : 1
  const full = Math.floor(share * width)
  return (glyphs.bars.at(-1) ?? '#').repeat(full) + glyphs.rest.repeat(width - full)
}

function barTone({ state, failed }: WorkflowRow): Tone {
  if (state === 'succeeded') return 'good'
  if (state === 'revoked') return 'dim'
  return state === 'failed' || failed > 0 ? 'bad' : 'active'
}

function tookOf({ createdAt, finishedAt }: WorkflowRow): Cell {
  return finishedAt === undefined ? ['', 'dim'] : formatAge(Math.max(0, finishedAt - createdAt))
}

function whyOf({ cause, reason }: WorkflowRow): Cell {
  if (cause !== undefined) return [`${head(cause.task)}: ${head(cause.error)}`, 'bad']
  return [reason ?? '', 'dim']
}
