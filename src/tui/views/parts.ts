import type { TreeLine } from '../../canvas/draw-tree.js'
import type { WorkflowDetail } from '../../control/workflows/workflow-view.js'
import { formatTime } from '../amounts.js'
import { type Line, lineOf, span } from '../line.js'
import type { Cell, Column } from '../table.js'
import { type DrawContext, head, signedState, tailOf, toneOfState } from './draw-context.js'

/** The tree of one workflow. */
export function partColumns(context: DrawContext): readonly Column<TreeLine>[] {
  const { theme } = context
  return [
    { id: 'tree', title: 'part', width: 24, grow: 2, max: 80, rank: 0, cell: treeCell },
    {
      id: 'state',
      title: 'state',
      width: 11,
      rank: 0,
      cell: ({ state }) => (state === undefined ? '' : [signedState(state, theme), toneOfState(state)]),
    },
    {
      id: 'id',
      title: 'job',
      width: 8,
      grow: 1,
      max: 30,
      rank: 2,
      cell: ({ id = '' }, width) => [tailOf(id, width), 'dim'],
    },
    { id: 'error', title: 'why', width: 16, grow: 5, rank: 1, cell: whyOf },
  ]
}

/** Why it failed; of a group, how its members stand. */
const whyOf = ({ error, note = '' }: TreeLine): Cell => (error === undefined ? [note, 'dim'] : [error, 'bad'])

/** The branches are long where much is nested: what they lead to is seen all the same. */
const MAX_STEM = 60

function treeCell({ stem, state, label }: TreeLine): Cell {
  const branches = stem.length > MAX_STEM ? `…${stem.slice(1 - MAX_STEM)}` : stem
  return [`${branches}${head(label)}`, state === undefined ? 'dim' : 'plain']
}

/** What else is known of a workflow: under its tree, where there is room. */
export function workflowFactLines(detail: WorkflowDetail): readonly Line[] {
  const { createdAt, finishedAt, parent, cause, reason } = detail
  return [
    ...fact('made', formatTime(createdAt)),
    ...fact('ended', finishedAt === undefined ? undefined : formatTime(finishedAt)),
    ...fact('made by', parent && `the run of job ${head(parent)}`),
    ...fact('failed', cause && `${head(cause.task)} ${head(cause.id)}`),
    ...fact('', cause && head(cause.error)),
    ...fact('revoked', reason && head(reason)),
  ]
}

const fact = (name: string, text: string | undefined): readonly Line[] =>
  text === undefined ? [] : [lineOf([span(`   ${name.padEnd(10)}`, 'dim'), span(text)])]
